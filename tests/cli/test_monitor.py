"""`bl1 monitor`, and `--monitor` of the commands that run a culture, as processes."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from monitor.lived import live_url, next_told
from websockets.sync.client import connect

SMALL = ("--neurons", "300")


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that serves a page, and the page's address; ended by Ctrl-C."""
    command = [sys.executable, "-m", "bl1", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as running:
        assert running.stderr
        try:
            for line in running.stderr:
                if found := re.search(r"watch it at ([^\s,]+)", line):
                    yield running, found[1]
                    break
            else:
                pytest.fail("no page was served")
        finally:
            running.send_signal(signal.SIGINT)


def test_it_serves_a_page_until_ctrl_c() -> None:
    with started("monitor", *SMALL, "--port", "0") as (running, url):
        assert b"Neural activity" in urllib.request.urlopen(url, timeout=10).read()
    assert running.returncode == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=10)


@pytest.mark.parametrize(
    "command",
    [
        ("monitor", "--port", "0", "--host", "0.0.0.0"),
        ("cl1", "serve", "--first-port", "24694", "--monitor", "0", "--monitor-host", "0.0.0.0"),
    ],
    ids=["monitor", "serve"],
)
def test_an_address_that_others_reach_gets_a_token(command: tuple[str, ...]) -> None:
    with started(*command, *SMALL) as (_, url):
        assert re.search(r"\?token=[\w-]{32}$", url)
        port = int(re.findall(r":(\d+)/", url)[0])
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)


def test_a_port_that_is_taken_is_one_sentence(bl1_command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = bl1_command("monitor", *SMALL, "--port", port)
        served = bl1_command("cl1", "serve", *SMALL, "--first-port", 24690, "--monitor", port)
    for each in (result, served):
        assert each.returncode == 2
        assert len(each.stderr.splitlines()) == 1  # it is told before a culture is built
        assert each.stderr.startswith(f"error: cannot serve on 127.0.0.1 port {port}: ")


def test_options_of_a_page_need_a_page_and_real_time(bl1_command) -> None:
    result = bl1_command("cl1", "serve", "--allow-stimulation")
    assert result.returncode == 2
    assert result.stderr.startswith("error: --allow-stimulation goes with --monitor")
    result = bl1_command("cl1", "run", "--monitor", 8765, "--accelerated", __file__)
    assert result.returncode == 2
    assert result.stderr.startswith("error: --monitor and --accelerated do not go together")
    result = bl1_command("cl1", "serve", "--monitor-host", "0.0.0.0")
    assert result.returncode == 2
    assert result.stderr.startswith("error: --monitor-host goes with --monitor")


@pytest.mark.parametrize(
    ("command", "title", "panels"),
    [
        ("sim pong_culture --seconds 600", "pong_culture, 400 neurons, seed 0", []),
        (
            "record cl1_culture --neurons 300 --out OUT/one.h5",
            "cl1_culture, 300 neurons, seed 0",
            [],
        ),
        ("pong --reservoir", "Pong, 400 neurons, seed 0", ["game", "decoder"]),
        ("pong --avoidance", "Pong, 100 neurons, seed 0", ["game", "decoder"]),
        ("doom", "Doom, 800 neurons, seed 0", ["game", "decoder"]),
        (
            "experiment dishbrain --minutes 1 --cultures 1 --out OUT/dish",
            "DishBrain, culture 0, closed loop",
            ["game", "decoder"],
        ),
    ],
    ids=lambda value: value.split(" --")[0] if isinstance(value, str) else None,
)
def test_what_is_simulated_is_seen_in_real_time(tmp_path, command, title, panels) -> None:
    arguments = command.replace("OUT", str(tmp_path)).split()
    with (
        started(*arguments, "--monitor", "0") as (running, url),
        connect(live_url(url), max_size=None, max_queue=None) as viewer,
    ):
        hello = next_told(viewer, "hello")
        assert (hello["title"], hello["panels"], hello["is_paced"]) == (title, panels, True)
        if panels:
            assert next_told(viewer, "decoder")["actions"]
        running.send_signal(signal.SIGINT)
        assert next_told(viewer, "ended")
    assert running.returncode == 130


def test_a_simulation_that_is_watched_is_the_same(bl1_command) -> None:
    arguments = ("sim", "pong_culture", "--seconds", 1, "--json")
    alone = json.loads(bl1_command(*arguments).stdout)
    result = bl1_command(*arguments, "--monitor", 0)
    watched = json.loads(result.stdout)
    assert watched["spike_hash"] == alone["spike_hash"] and alone["n_spikes"]
    assert watched["realtime_factor"] > 5  # though it was held to real time


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("pong --substrate identity", "--monitor shows cells, and the identity substrate has none"),
        ("doom --substrate identity", "--monitor shows cells, and the identity substrate has none"),
        ("experiment dishbrain --workers 2", "--monitor and --workers do not go together"),
        ("experiment dishbrain --monitor 70000", "--monitor is 70000, expected a whole number"),
        (
            "sim default --monitor 70000",
            "--monitor is 70000, expected a whole number from 0 to 65535",
        ),
    ],
)
def test_what_has_nothing_to_show_is_one_sentence(
    bl1_command, monkeypatch, tmp_path, command, error
) -> None:
    monkeypatch.chdir(tmp_path)
    more = () if "--monitor" in command else ("--monitor", 0)
    result = bl1_command(*command.split(), *more)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith(f"error: {error}")
    assert not list(tmp_path.iterdir())
