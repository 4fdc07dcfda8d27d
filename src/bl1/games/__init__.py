"""The games that a culture plays; each is a `gymnasium.Env` that names what the culture senses.

Importing this package registers them: `gymnasium.make("bl1/Pong-v0", paddle="inertial")`.
"""

import gymnasium

gymnasium.register(id="bl1/Pong-v0", entry_point="bl1.games.pong:Pong")
gymnasium.register(id="bl1/DoomArena-v0", entry_point="bl1.games.doom_arena:DoomArena")
gymnasium.register(id="bl1/VizDoom-v0", entry_point="bl1.games.vizdoom:VizDoom")
