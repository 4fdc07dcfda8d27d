"""The two themes, and the colours that carry a meaning.

Styles name meanings ($hit, $miss, $ball, ...). A theme of Textual's own, which does not know them,
gets those of its brightness.
"""

from textual.theme import Theme

MEANINGS_ON_DARK = {
    "field": "#070b10",
    "line": "#2b3745",
    "quiet": "#7b8a9b",
    "ball": "#ffcf5c",
    "paddle": "#58c4ff",
    "hit": "#3ddc97",
    "miss": "#ff5d6c",
    "response": "#c08bff",
    "excitatory": "#4fa8ff",
    "inhibitory": "#ff6f7d",
    "warm": "#ff8a3d",
    "cold": "#4a9dff",
    "control": "#ffa45c",
}

MEANINGS_ON_LIGHT = {
    "field": "#ffffff",
    "line": "#c5cfda",
    "quiet": "#647487",
    "ball": "#d07a00",
    "paddle": "#0a78c2",
    "hit": "#0f9158",
    "miss": "#d3293d",
    "response": "#7c3fe0",
    "excitatory": "#1f6fb4",
    "inhibitory": "#d03b3b",
    "warm": "#e0560b",
    "cold": "#1f6fdb",
    "control": "#b35c00",
}

DARK = Theme(
    name="bl1-dark",
    dark=True,
    primary="#58c4ff",
    secondary="#c08bff",
    accent="#ffcf5c",
    foreground="#d5dee8",
    background="#0d131a",
    surface="#131b24",
    panel="#1b2632",
    success=MEANINGS_ON_DARK["hit"],
    error=MEANINGS_ON_DARK["miss"],
    warning=MEANINGS_ON_DARK["ball"],
    variables=MEANINGS_ON_DARK,
)

LIGHT = Theme(
    name="bl1-light",
    dark=False,
    primary="#0a78c2",
    secondary="#7c3fe0",
    accent="#b36800",
    foreground="#1d2935",
    background="#f3f5f8",
    surface="#ffffff",
    panel="#e3e8ee",
    success=MEANINGS_ON_LIGHT["hit"],
    error=MEANINGS_ON_LIGHT["miss"],
    warning=MEANINGS_ON_LIGHT["ball"],
    variables=MEANINGS_ON_LIGHT,
)
