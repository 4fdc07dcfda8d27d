"""What is trained now, and what belongs to it: a control beside it, an evaluation, a floor."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from bl1.loop.controls import control
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.tui.choice import NO_CONTROL, WORDS, Choice, Options, as_plain
from bl1.tui.snapshot import Snapshot
from bl1.tui.trained import Trained
from bl1.tui.watched import Watched
from bl1.tui.watched_episodes import WatchedEpisodes
from bl1.tui.watched_pong import WatchedPong

STATIC_BALLS = 500


@dataclass
class Training:
    """A session, who plays beside it, and what is known of it.

    static_hit_rate: of a paddle that never moves; None where there is no paddle.
    control: on the same serves or in the same episodes; None for nobody.
    evaluation: of the agent as it was when that was asked for, under way. greedy: what it found.
    kept_steps: after which its brain was last on disk. autosaved: where it was kept unasked.
    saved: where it was saved. began_s: when it began, by `perf_counter`.
    """

    mine: Watched
    choice: Choice
    static_hit_rate: float | None
    control: Watched | None
    evaluation: Watched | None = None
    greedy: float | None = None
    kept_steps: int = 0
    autosaved: Path | None = None
    saved: Path | None = None
    began_s: float = field(default_factory=perf_counter)

    @property
    def worth_keeping(self) -> bool:
        """Whether there is so much of it that it is kept when it ends."""
        return self.mine.n >= self.mine.n_worth

    @property
    def control_lag(self) -> int:
        """Game steps that the control is behind."""
        return self.mine.n_steps - self.control.n_steps if self.control else 0

    def take_control(self, name: str) -> None:
        """Let another control play beside it, from the first serve on; or none."""
        beside = None if name == NO_CONTROL else self.mine.control(name)
        if self.control:
            self.control.close()
        self.control, self.choice = beside, replace(self.choice, control=name)

    def trained(self) -> Trained | None:
        """What is kept of it; None if it is too short to be worth it."""
        mine = self.mine
        if not self.worth_keeping:
            return None
        of_balls = mine.unit == "ball"
        return Trained(
            name=self.choice.name,
            seed=mine.options.seed,
            options=as_plain(mine.options),
            steps=mine.n_steps,
            rounds=mine.n,
            hits=round((mine.mean or 0.0) * mine.n) if of_balls else None,
            hit_rate=mine.mean if of_balls else None,
            mean_return=None if of_balls else mine.mean,
            wall_s=perf_counter() - self.began_s,
            n_neurons=mine.n_neurons,
            seconds=mine.n_steps * mine.step_ms / 1000,
        )

    def snapshot(self, steps_per_s: float | None) -> Snapshot:
        """All as it stands; an evaluation under way has the field, which else would stand still."""
        mine, control, evaluation = self.mine, self.control, self.evaluation
        side = mine.side(self.choice.cells)
        if evaluation:
            side = replace(side, scene=evaluation.side(self.choice.cells).scene)
        return Snapshot(
            choice=self.choice,
            title=self.choice.title(mine.n_neurons, mine.options.seed),
            short_title=self.choice.short_title(mine.options.seed),
            n_neurons=mine.n_neurons,
            seed=mine.options.seed,
            step_count=mine.n_steps,
            unit=mine.unit,
            measure=mine.measure,
            n_recent=mine.n_recent,
            mine=side,
            control=control.side(WORDS[self.choice.control].title) if control else None,
            control_lag=self.control_lag,
            signal=mine.signal(),
            n_earlier=mine.n_earlier,
            worth_keeping=self.worth_keeping,
            best=mine.rallies.best if mine.rallies else None,
            worst=mine.rallies.worst if mine.rallies else None,
            static_hit_rate=self.static_hit_rate,
            greedy=self.greedy,
            evaluated=(evaluation.n, evaluation.n_evaluated) if evaluation else None,
            steps_per_s=steps_per_s,
            realtime_factor=None if steps_per_s is None else steps_per_s * mine.step_ms / 1000,
        )

    def close(self) -> None:
        """End what would not end by itself."""
        for watched in (self.mine, self.control, self.evaluation):
            if watched:
                watched.close()


def begun(options: Options) -> Watched:
    """A new session."""
    if isinstance(options, SessionOptions):
        return WatchedPong(make_session(options), options)
    return WatchedEpisodes.new(options)


def prepared(watched: Watched, control_name: str = NO_CONTROL) -> Training:
    """A session with its control beside it, if it has one of that name, and its floor."""
    static_hit_rate = None
    if isinstance(watched, WatchedPong):
        static = control(watched.session, "static")
        while static.log.n_balls < STATIC_BALLS:
            static.run(100)
        static_hit_rate = static.log.hit_rate()
    training = Training(watched, Choice.of(watched.options), static_hit_rate, control=None)
    if control_name in training.choice.names["control"]:
        training.take_control(control_name)
    return training
