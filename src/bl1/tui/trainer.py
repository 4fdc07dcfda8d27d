"""Training as the cockpit drives it: begin, run, compare, evaluate, save, load.

No thread and no screen: `bl1.tui.worker` runs a trainer beside the screen, and
`bl1 tui --headless` runs one without any.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import cast

from bl1.errors import Bl1Error
from bl1.games.pong import Paddle
from bl1.loop.options import SessionOptions
from bl1.loop.substrate import SubstrateKind
from bl1.tui.background import sentence_of
from bl1.tui.brains import Brains, resumed
from bl1.tui.choice import NO_CONTROL, WORDS, Choice, Options
from bl1.tui.snapshot import Snapshot
from bl1.tui.trained import Trained
from bl1.tui.training import begun, prepared
from bl1.tui.watched import Watched


class Trainer:
    """Holds what is trained, the control beside it, and does what is asked of it.

    A request returns a sentence that says what was done; one that cannot be met raises a
    `Bl1Error` and leaves everything as it was.

    Args:
        options: of the first session.
        brains: where they are kept.

    Attributes:
        on_finished: told of each session that another takes the place of.
    """

    def __init__(self, options: Options, brains: Brains | None = None) -> None:
        self.on_finished: Callable[[Trained], None] = lambda trained: None
        self._brains = brains or Brains()
        self._now = prepared(begun(options))

    def advance(self, n_steps: int, seconds: float = float("inf")) -> int:
        """Run up to n_steps game steps, or until so much wall time has passed; returns how many.

        While an evaluation is under way the steps are its own, and while the control is behind
        they are the control's.
        """
        now, start_s = self._now, perf_counter()
        step, is_due = self._train_step, _always
        if evaluation := now.evaluation:
            step, is_due = evaluation.step, lambda: evaluation.n < evaluation.n_evaluated
        elif now.control and now.control_lag:
            step, is_due = now.control.step, lambda: now.control_lag > 0
        n_done = 0
        while n_done < n_steps and is_due() and perf_counter() - start_s < seconds:
            step()
            n_done += 1
        return n_done

    @property
    def hurried(self) -> bool:
        """Whether it does what ends by itself: an evaluation, or a control that catches up."""
        return self._now.evaluation is not None or self._now.control_lag > 0

    def conclusion(self) -> str | None:
        """What an evaluation found, once, when it is over."""
        evaluation = self._now.evaluation
        if evaluation is None or evaluation.n < evaluation.n_evaluated:
            return None
        found = self._now.greedy = evaluation.mean or 0.0
        self.abandon_evaluation()
        n, measure = evaluation.n_evaluated, evaluation.measure
        if evaluation.unit == "ball":
            return f"frozen and greedy it hits {found:.1%} of {n} new balls"
        return f"frozen and greedy its {measure} is {found:.1f} on average in {n} new episodes"

    def abandon_evaluation(self) -> None:
        """Go back to training."""
        if self._now.evaluation:
            self._now.evaluation.close()
        self._now.evaluation = None

    def calm_down(self) -> None:
        """Give up what it does in a hurry."""
        self.abandon_evaluation()
        if self._now.control_lag:
            self._now.take_control(NO_CONTROL)

    def begin(self, choice: Choice) -> str:
        """Begin what was chosen, with the seed of now."""
        fresh = begun(choice.options(self._options.seed))
        name = Choice.of(fresh.options).name
        return self._replace(fresh, choice.control, f"a fresh session of {name}")

    def again(self, options: Options) -> str:
        """Begin again what ended some time ago."""
        return self._replace(begun(options), NO_CONTROL, f"once more, seed {options.seed}")

    def fresh(self) -> str:
        """Begin again with the next seed."""
        options = replace(self._options, seed=self._options.seed + 1)
        sentence = f"a fresh {options.substrate}, seed {options.seed}"
        return self._replace(begun(options), self._now.choice.control, sentence)

    def next_substrate(self) -> str:
        """Begin again on the next kind of substrate."""
        substrate = cast(SubstrateKind, self._name_after("substrate"))
        options = replace(self._options, substrate=substrate, n_neurons=None)
        sentence = f"a fresh session on the {substrate} substrate"
        return self._replace(begun(options), self._now.choice.control, sentence)

    def next_paddle(self) -> str:
        """Begin again with the next paddle."""
        paddle = cast(Paddle, self._name_after("paddle"))
        options = self._options
        assert isinstance(options, SessionOptions)  # no other game has one
        options = replace(options, paddle=paddle)
        sentence = f"a fresh session with the {paddle} paddle"
        return self._replace(begun(options), self._now.choice.control, sentence)

    def next_control(self) -> str:
        """Let the next control play beside it, on the same serves from the first one on."""
        name = self._name_after("control")
        self._now.take_control(name)
        return f"beside it: {WORDS[name].title}"

    def evaluate(self) -> None:
        """Let the agent as it is now play what it never met, without exploring or learning."""
        self.abandon_evaluation()
        self._now.evaluation = self._now.mine.greedy()

    def save(self) -> str:
        """Write the brain to a file of its own in `brains/` in the working directory."""
        now = self._now
        now.saved = self._brains.save(now.mine, before=now.saved)
        now.kept_steps = now.mine.n_steps
        return f"saved {now.saved}"

    def load(self, path: Path) -> str:
        """Go on with a brain."""
        watched = resumed(path)
        trained = f"{watched.n_earlier:,} {watched.unit}s"
        return self._replace(
            watched, self._now.choice.control, f"loaded {path}, trained on {trained}"
        )

    def keep(self) -> str | None:
        """Keep the brain in the folder of autosaves, unless nothing was learned since it was kept.

        Raises:
            Bl1Error: it cannot be written there.
        """
        now = self._now
        if not now.worth_keeping or now.mine.n_steps == now.kept_steps:
            return None
        now.autosaved = self._brains.autosave(now.mine, before=now.autosaved)
        now.kept_steps = now.mine.n_steps
        return f"kept the brain in {now.autosaved}" if now.autosaved else None

    def finished(self) -> Trained | None:
        """What is kept of the session so far; None if it is too short to be worth it."""
        return self._now.trained()

    def close(self) -> None:
        """End what would not end by itself: Doom is a process of its own."""
        self._now.close()

    def snapshot(self, steps_per_s: float | None = None) -> Snapshot:
        """All as it stands."""
        return self._now.snapshot(steps_per_s)

    @property
    def _options(self) -> Options:
        return self._now.mine.options

    def _replace(self, watched: Watched, control_name: str, sentence: str) -> str:
        """Train something else from now on; the brain of now is kept."""
        after = prepared(watched, control_name)
        try:
            if self.keep():
                sentence += "; the brain before is kept, o lists it"
        except Exception as error:  # which is no reason not to go on
            sentence += f"; the brain before was not kept: {sentence_of(error)}"
        if trained := self.finished():
            self.on_finished(trained)
        self._now.close()
        self._now = after
        return sentence

    def _train_step(self) -> None:
        self._now.mine.step()
        if self._now.control:
            self._now.control.step()

    def _name_after(self, field: str) -> str:
        """The name that follows in a field of the choice."""
        choice = self._now.choice
        names = choice.names[field]
        if not names:
            raise Bl1Error(f"{choice.name} has no {field} to choose")
        return names[(names.index(getattr(choice, field)) + 1) % len(names)]


def _always() -> bool:
    return True
