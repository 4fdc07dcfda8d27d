"""CartPole: a culture is shown a cart and its pole, and a readout learns to balance it.

`bl1.games.cartpole` shows how any environment of Gymnasium becomes a game for a culture.

python examples/cartpole.py [folder]
"""

import sys
from pathlib import Path

from matplotlib import pyplot as plt

from bl1.games.cartpole import CartPole
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.agents.discrete import RandomActions
from bl1.loop.episodes import EpisodicSession
from bl1.loop.substrate import make_substrate

EPISODES, FROZEN_EPISODES, SEED = 120, 20, 0

game = CartPole()
session = EpisodicSession(
    game,
    make_substrate("culture", SEED, n_values=4),
    ActorCritic(SEED, n_actions=2, n_features=64),
    SEED,
)
beside = session.control(RandomActions(SEED, n_actions=2))
for _ in range(EPISODES):
    session.run_episode()
    beside.run_episode()
frozen = session.greedy()
for _ in range(FROZEN_EPISODES):
    frozen.run_episode()

figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for log, name, colour in ((session.log, "culture", "#1f6fb4"), (beside.log, "random", "#d03b3b")):
    lengths = [episode.steps for episode in log]
    late = lengths[-EPISODES // 3 :]
    print(f"{name}: {sum(late) / len(late):.0f} steps on average in the last {len(late)} episodes")
    ax.plot(lengths, "o", color=colour, markersize=3, label=name)
mean = frozen.log.summary()["episode_steps"]
print(f"frozen: {mean:.0f} steps in {FROZEN_EPISODES} episodes that were never met")
ax.axhline(mean, color="#123f6b", linewidth=1.2, label="frozen, new episodes")
ax.axhline(195, color="#b8bcc4", linewidth=0.8, linestyle="--", label="195, called solved")
ax.set(xlabel="episode", ylabel="steps until the pole fell (500 at most)", title="CartPole-v1")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "cartpole.png", dpi=150)
