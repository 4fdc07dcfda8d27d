"""A trainer of your own: the arena, played over UDP through the culture of a virtual CL1.

    bl1 cl1 serve --tick-hz 100 --collect-window-ms 90
    python examples/udp_trainer.py --steps 2400

At each step the encoder turns where the enemy is into eight currents, the device answers with the
spikes of its groups, and the decoder turns those into an action: to turn right, or to fire. Both
learn by REINFORCE (Williams 1992, doi:10.1007/BF00992696): what was tried becomes likelier by how
much better the reward that followed was than is usual where the enemy was.

The encoder's first code is found by asking the culture: of pulses drawn at random, which channels
shift spikes from some groups to others. One pattern of strong and weak pulses says "ahead", its
reverse "elsewhere".

There is no path from the observation to the decoder but through the culture: it is given counts of
spikes and nothing else. So if the device reports something else instead (`--ablation`), what can be
learned is a rule that does not look, the best of which never fires, and is bitten three times.

Nor does the decoder hear the encoding group: beside an electrode, cells answer that a pulse drives
without any synapse. All other groups hear of a pulse by way of the network. And it hears where
there were spikes, not how many: a volume would be heard from electrodes drawn at random as well.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.cl1.bench import Bench
from bl1.cl1.channels import ENCODING, FEEDBACK, GROUPS
from bl1.cl1.packets import STIMULATION_PORT, Feedback, FeedbackKind, now_us
from bl1.cl1.ports import PortNumbers
from bl1.errors import Bl1Error
from bl1.games.doom_arena import FIRE, TURN_RIGHT, DoomArena

Floats = NDArray[np.float64]

ACTIONS = (TURN_RIGHT, FIRE)
HEARD = [place for place, group in enumerate(GROUPS) if group != "encoding"]
RATES_HZ = (20.0,) * len(ENCODING)  # a packet has them; the device gives one pulse a step
LOWEST_UA, HIGHEST_UA = 1.0, 2.5
CALIBRATION_STEPS = 300

AHEAD, SIDE = 6.0 / 180.0, 90.0 / 180.0  # of a half turn: where a round hits, what is beside
BEGIN = np.array([3.0, -3.0, -3.0])  # of the encoder's code, by place: ahead against the rest
DISTANCES = 10  # of which what is usual is known

DISCOUNT = 0.3  # a step
NOISE = 0.3  # of what the encoder tries, before it is squashed into currents
ENCODER_RATE, DECODER_RATE, USUAL_RATE = 0.05, 0.3, 0.1
CURIOSITY, LEAST_CURIOSITY = 0.3, 0.02  # weight of the entropy of actions, at first and at last
BIAS = 2.0  # heard at all times; large, so that how often to fire is learned sooner than when
FADING = 0.01  # a step, of the mean of counts

MONITOR_S = 0.25  # from one picture for a monitor to the next
MOST_ASKED = 3  # times without an answer, after which there is no device


class Step(NamedTuple):
    """What was seen, tried, heard, done and gained at a step."""

    place: int
    distance: int
    noise: Floats
    heard: Floats
    action: int
    reward: float


@dataclass
class Episode:
    """What came of an episode: at which step of the training it ended, and what it brought."""

    step: int
    reward: float
    kills: int


class Encoder:
    """Currents of the encoding channels: a mean for each place of the enemy, and some noise.

    Args:
        rng: of the noise.
        code: which channels are strong ahead (1) and which elsewhere (-1), (channels,).
    """

    def __init__(self, rng: np.random.Generator, code: Floats) -> None:
        self._rng = rng
        self._weights = np.outer(code, BEGIN)

    def tried(self, place: int) -> tuple[Floats, Floats]:
        """Currents (µA), and the noise in them."""
        noise = self._rng.normal(0.0, NOISE, len(ENCODING))
        share = 1.0 / (1.0 + np.exp(-(self._weights[:, place] + noise)))
        return _currents_ua(share), noise

    def learn(self, step: Step, better: float) -> None:
        """Make what was tried likelier, by how much better than usual it went."""
        self._weights[:, step.place] += ENCODER_RATE * better * step.noise


class Decoder:
    """Probabilities of the actions, from where in the culture there were more spikes than usual."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._weights = rng.normal(0.0, 0.1, (len(ACTIONS), len(HEARD) + 1))  # the last: bias
        self._mean = np.zeros(len(HEARD))
        self._n_heard = 0

    def heard(self, counts: Floats) -> Floats:
        """By how much each group had more than its usual share of the spikes heard, and a bias.

        In units of its spread, were each spike drawn by these shares; how many spikes there were
        in all moves none of them one way.
        """
        self._n_heard += 1
        weight = max(FADING, 1.0 / self._n_heard)
        self._mean += weight * (counts - self._mean)
        expected = counts.sum() * self._mean / (self._mean.sum() + 1e-12)
        beside = (counts - expected) / np.sqrt(expected + 0.1)
        return np.append(np.clip(beside, -3.0, 3.0), BIAS)

    def probabilities(self, heard: Floats) -> Floats:
        """Of the actions."""
        preference = self._weights @ heard
        shares = np.exp(preference - preference.max())
        return np.asarray(shares / shares.sum())

    def learn(self, step: Step, better: float, curiosity: float) -> None:
        """Make what was done likelier where this was heard, and keep trying the other."""
        p = self.probabilities(step.heard)
        log_p = np.log(p + 1e-12)
        change = better * (np.eye(len(p))[step.action] - p) + curiosity * p * (p @ log_p - log_p)
        self._weights += DECODER_RATE * np.outer(change, step.heard)


def seen(game: DoomArena) -> tuple[int, int]:
    """Where the enemy is: 0 ahead, 1 beside, 2 behind; and its distance, in tenths."""
    sensed, distance = game.sensed
    half_turns = (2.0 * sensed - 1.0) ** 2  # as an eye has it, it is finest in the middle
    place = 0 if half_turns < AHEAD else 1 if half_turns < SIDE else 2
    return place, min(int(distance * DISTANCES), DISTANCES - 1)


def calibrate(bench: Bench, decoder: Decoder, rng: np.random.Generator) -> Floats:
    """Which channels are to be strong (1) where the others are weak (-1), (channels,).

    Strong and weak pulses are drawn at random. Each channel's pulse is multiplied with what the
    decoder hears of each group, and summed up; of that the signs of the first singular vector.
    """
    strong, heard = [], []
    for _ in range(CALIBRATION_STEPS):
        pulses = rng.integers(0, 2, len(ENCODING)).astype(np.float64)
        strong.append(pulses - 0.5)
        heard.append(decoder.heard(_answer(bench, _currents_ua(pulses)))[:-1])
    directions, _, _ = np.linalg.svd(np.array(strong).T @ np.array(heard))
    code = directions[:, 0]
    return np.where(code < 0, -1.0, 1.0)


def train(bench: Bench, n_steps: int, seed: int, feedback: bool) -> list[Episode]:
    """Play for some steps, and learn whenever an enemy is gone.

    Args:
        bench: towards a device.
        n_steps: of the game, one stimulation each, after those that calibrate.
        seed: of the game, the calibration, the encoder's noise and the actions.
        feedback: whether the culture is told of kills and bites by trains of pulses.

    Raises:
        Bl1Error: the device does not answer.
    """
    rng = np.random.default_rng(seed)
    game, decoder = DoomArena(), Decoder(rng)
    encoder = Encoder(rng, calibrate(bench, decoder, rng))
    usual = np.zeros((len(BEGIN), DISTANCES))  # return, by where the enemy is
    episodes: list[Episode] = []
    trace: list[Step] = []
    reward_so_far, monitored_s = 0.0, -MONITOR_S
    game.reset(seed=seed)
    for n in range(n_steps):
        place, distance = seen(game)
        currents_ua, noise = encoder.tried(place)
        heard = decoder.heard(_answer(bench, currents_ua))
        p = decoder.probabilities(heard)
        action = int(rng.choice(len(ACTIONS), p=p))
        observation, reward, terminated, truncated, info = game.step(ACTIONS[action])
        reward_so_far += reward
        trace.append(Step(place, distance, noise, heard, action, reward))
        over = terminated or truncated
        if over or abs(reward) >= 1.0:  # a kill or a bite
            if feedback and abs(reward) >= 1.0:
                bench.feed_back(_told("kill" if reward > 0 else "damage"))
            curiosity = CURIOSITY * (1.0 - n / n_steps)
            _learn(trace, encoder, decoder, usual, max(curiosity, LEAST_CURIOSITY))
            trace = []
        if time.monotonic() - monitored_s >= MONITOR_S:
            monitored_s = time.monotonic()
            names = (game.action_names[number] for number in ACTIONS)
            chances = dict(zip(names, p.round(3).tolist(), strict=True))
            score = {"episode_reward": reward_so_far, "kills": info["kills"]}
            bench.tell("decoder", {"actions": chances, "reward": reward, **score})
            bench.tell("map", _map(*observation[:2].tolist()))
        if over:
            episodes.append(Episode(n + 1, reward_so_far, info["kills"]))
            bench.tell("episode_end", asdict(episodes[-1]))
            print(
                f"step {n + 1:>6,}  episode {len(episodes):>3}  reward {reward_so_far:+6.1f}  "
                f"kills {info['kills']:>2}",
                file=sys.stderr,
                flush=True,
            )
            reward_so_far = 0.0
            game.reset()
    bench.tell("training_complete", {"episodes": len(episodes)})
    return episodes


def _currents_ua(share: Floats) -> Floats:
    return LOWEST_UA + (HIGHEST_UA - LOWEST_UA) * share


def _answer(bench: Bench, currents_ua: Floats) -> Floats:
    """Spikes of the groups that the decoder hears."""
    for _ in range(MOST_ASKED):
        answer, _ = bench.ask(RATES_HZ, currents_ua.tolist())
        if answer:
            return np.array(answer.counts)[HEARD]
    raise Bl1Error(f"{MOST_ASKED} stimulations in a row had no answer, expected a device")


def _learn(
    trace: list[Step], encoder: Encoder, decoder: Decoder, usual: Floats, curiosity: float
) -> None:
    """From the steps with one enemy, the last one first."""
    gained = 0.0
    for step in reversed(trace):
        gained = step.reward + DISCOUNT * gained
        better = gained - usual[step.place, step.distance]
        usual[step.place, step.distance] += USUAL_RATE * better
        encoder.learn(step, better)
        decoder.learn(step, better, curiosity)


def _told(name: str) -> Feedback:
    return Feedback(now_us(), FeedbackKind.EVENT, FEEDBACK[name], 20, 2.0, 5, name=name)


def _map(bearing_deg: float, distance: float) -> dict[str, object]:
    """The arena from above: 2 wide, y upwards, the marine in its middle, looking up (90°)."""
    bearing = np.radians(bearing_deg)
    x, y = 1.0 + distance * np.sin(bearing), 1.0 + distance * np.cos(bearing)
    things = [[round(x, 3), round(y, 3), "enemy"]]
    return {"size": [2.0, 2.0], "player": [1.0, 1.0, 90.0], "things": things}


def main() -> None:
    """Train at the device that the options name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--steps", type=int, default=2400, help="of the game (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of game and trainer (%(default)s)")
    parser.add_argument(
        "--first-port", type=int, default=STIMULATION_PORT, help="of the device's (%(default)s)"
    )
    parser.add_argument("--feedback", action="store_true", help="tell the culture of kills, bites")
    parser.add_argument("--json", action="store_true", help="print the episodes as JSON")
    options = parser.parse_args()
    bench = Bench(numbers=PortNumbers.starting_at(options.first_port))
    try:
        episodes = train(bench, options.steps, options.seed, options.feedback)
    except Bl1Error as error:
        sys.exit(str(error))
    finally:
        bench.close()
    if options.json:
        print(json.dumps([asdict(episode) for episode in episodes]))


if __name__ == "__main__":
    main()
