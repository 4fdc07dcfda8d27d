"""The keys of Train, and what is to be seen there."""

from textual.binding import Binding

_SPEED = Binding.Group("Speed", compact=True)
_BRAIN = Binding.Group("Brain", compact=True)

KEYS = [
    Binding("space", "pause", "Pause", key_display="Space", tooltip="pause, and go on"),
    Binding(
        "plus,equals_sign",
        "speed(1)",
        "Faster",
        key_display="+",
        tooltip="more game steps between two frames, up to 10,000",
        group=_SPEED,
    ),
    Binding(
        "minus",
        "speed(-1)",
        "Slower",
        key_display="-",
        tooltip="fewer, down to 1",
        group=_SPEED,
    ),
    Binding("n", "menu", "Menu", tooltip="choose what is trained: game, agent, cells, control"),
    Binding(
        "c",
        "ask('next_control')",
        "Control",
        tooltip="let a control play beside it, on the same serves: each of them in turn, then none",
    ),
    Binding(
        "v",
        "replay",
        "Replay",
        tooltip="replay the longest rally so far, then the most misses in a row, then go back",
    ),
    Binding(
        "g",
        "ask('evaluate')",
        "Greedy",
        tooltip="freeze what was learned and watch it play what it never met, without exploring",
    ),
    Binding(
        "w",
        "ask('save')",
        "Save",
        tooltip="write the brain to the folder brains, under a name that no other has",
        group=_BRAIN,
    ),
    Binding(
        "o",
        "load",
        "Load",
        tooltip="go on with a brain that was saved or kept: choose, the newest is marked",
        group=_BRAIN,
    ),
    Binding("r", "renew('fresh')", "New", tooltip="begin again with another seed", show=False),
    Binding(
        "b",
        "renew('next_substrate')",
        "Cells",
        tooltip="begin again on the next substrate: bank, culture, bursting, memory, identity "
        "(no cells at all), shuffled",
        show=False,
    ),
    Binding(
        "m",
        "renew('next_paddle')",
        "Paddle",
        tooltip="begin again with a paddle that jumps (teleport), is steady, or has inertia",
        show=False,
    ),
]

LEGEND = (
    (
        "game",
        "The ball flies to the right, where the paddle must be. The paddle glows "
        "green after a hit and red after a miss. Of Doom, what the marine sees. Beside it, the "
        "control, in the same game.",
    ),
    (
        "sees",
        "What is sensed, as a bump of stimulation over sixteen bands of cells for each value; "
        "of Pong the height of the ball, and a band lies at the height that it stands for.",
    ),
    ("fires", "The answer of the cells: the share of each band in their spikes."),
    (
        "reads",
        "The weights of the readout, all that is learned: warm bands send the paddle up, "
        "cold ones down; where there are actions, a column speaks for or against each.",
    ),
    (
        "gauges",
        "Hit rate of the latest balls and of all (of episodes: what the latest came to); the "
        "control's, and how far ahead of it; exploration (σ, in field heights); firing rate "
        "of a cell; balls (those before its brain was loaded + since); hits in a row; game "
        "steps a second; the culture's time by wall time.",
    ),
    (
        "hit rate",
        "The learning curve, and the control's. A paddle that never moves is at the dotted "
        "line: what lies above it was learned. `g` adds a line for the frozen readout.",
    ),
    (
        "balls",
        "A mark for each ball, the newest last: hits above, misses below. An episode has a "
        "bar as high as what it came to.",
    ),
)
