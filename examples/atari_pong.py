"""Atari Pong, ball and paddle from the RAM: a culture's readout against the console's own player.

Needs the extra `atari`. python examples/atari_pong.py [folder]
"""

import sys
from pathlib import Path

from matplotlib import pyplot as plt

from bl1.games.atari import atari_pong
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.agents.discrete import FixedRule, RandomActions
from bl1.loop.episodes import EpisodicSession
from bl1.loop.substrate import make_substrate

GAMES, SEED = 12, 0

game = atari_pong()
session = EpisodicSession(
    game,
    make_substrate("culture", SEED, n_values=2),
    ActorCritic(SEED, n_actions=3, n_features=32),
    SEED,
)
runs = {
    "culture": (session, GAMES, "#1f6fb4"),
    "random": (session.control(RandomActions(SEED, n_actions=3)), 3, "#d03b3b"),
    "stays": (session.control(FixedRule(game.fixed_rule)), 3, "#ef8a62"),
}
figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for name, (run, n_games, colour) in runs.items():
    for _ in range(n_games):
        run.run_episode()
    scores = [episode.counts["score"] for episode in run.log]
    print(f"{name}: points for less points against, game by game: {[round(s) for s in scores]}")
    ax.plot(range(1, n_games + 1), scores, "o-", color=colour, markersize=5, label=name)
ax.axhline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
ax.set(xlabel="game", ylabel="points for less points against", title="Atari Pong, games to 21")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "atari_pong.png", dpi=150)
