"""`bl1 tui` where there is no screen."""

from collections.abc import Callable
from subprocess import CompletedProcess

from bl1.tui.snapshot import Snapshot
from bl1.tui.text import as_text

Bl1 = Callable[..., "CompletedProcess[str]"]


def rows(text: str) -> dict[str, str]:
    return {line[:12].strip(): line[12:] for line in text.splitlines()}


def test_headless_prints_the_state_of_the_session(bl1_command: Bl1) -> None:
    from bl1.loop.options import SessionOptions
    from bl1.loop.session import make_session

    result = bl1_command("tui", "--headless", "--steps", 1500, "--seed", 4)
    assert result.returncode == 0, result.stderr
    session = make_session(SessionOptions(substrate="culture", seed=4))
    session.run(1500)
    shown = rows(result.stdout)
    log = session.log
    assert shown["game step"] == "1,500"
    assert shown["balls"] == f"{log.n_balls}: {log.n_hits} hit, {log.n_misses} missed"
    assert shown["hit rate"].startswith(f"{log.hit_rate():.3f} of all")
    assert shown["exploration"] == f"{session.agent.sigma:.4f}"
    assert shown["reads"].split() == [f"{weight:.2f}" for weight in session.agent.weights]
    assert len(shown["sees"].split()) == len(shown["fires"].split()) == 16


def test_text_of_a_moment_without_cells(moment: Snapshot) -> None:
    from dataclasses import replace

    signal = replace(moment.signal, rate_hz=None, weights=None, sigma=None)
    mine = replace(moment.mine, overall=None)
    shown = rows(as_text(replace(moment, signal=signal, mine=mine)))
    assert shown["firing rate"] == "– Hz"
    assert shown["exploration"] == "–"
    assert shown["reads"] == "–"
    assert shown["hit rate"].startswith("– of all")


def test_without_a_terminal_it_says_what_to_do(bl1_command: Bl1) -> None:
    for arguments in ([], ["tui"]):
        result = bl1_command(*arguments)
        assert result.returncode == 2
        assert result.stderr.startswith("error: the cockpit needs a terminal")
        assert "--headless" in result.stderr


def test_bad_options_are_a_sentence(bl1_command: Bl1) -> None:
    for arguments, words in (
        (["--headless", "--steps", "0"], "--steps is 0"),
        (["--headless", "--steps", str(10**30)], "from 1 to 9007199254740992"),
        (["--headless", "--seed", "-1"], "--seed is -1"),
        (["--steps", "5"], "--headless"),
    ):
        result = bl1_command("tui", *arguments)
        assert result.returncode == 2
        assert words in result.stderr and result.stderr.count("\n") == 1
