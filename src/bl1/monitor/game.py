"""What a client tells of its game and its decoder, made safe to show.

Anyone may write such events, so that only what has the form is passed on, and not more of it than a
panel has room for.
"""

from typing import Any

MOST_ACTIONS = 16
MOST_COUNTS = 8
MOST_THINGS = 256
MOST_LETTERS = 32
NUMBERS = ("reward", "episode_reward", "kills")


def decoder_of(data: Any) -> dict[str, Any] | None:
    """An event "decoder": ``{actions: {name: share}, reward, episode_reward, kills, counts}``.

    An action's share is its probability; counts are numbers by name, whatever a game counts.

    Returns:
        What of it can be shown; None if nothing can.
    """
    if not isinstance(data, dict):
        return None
    found: dict[str, Any] = {name: data[name] for name in NUMBERS if _is_number(data.get(name))}
    actions = data.get("actions")
    if isinstance(actions, dict):
        found["actions"] = {
            str(name)[:MOST_LETTERS]: min(max(float(share), 0.0), 1.0)
            for name, share in list(actions.items())[:MOST_ACTIONS]
            if _is_number(share)
        }
    counts = data.get("counts")
    if isinstance(counts, dict):
        found["counts"] = {
            str(name)[:MOST_LETTERS]: count
            for name, count in list(counts.items())[:MOST_COUNTS]
            if _is_number(count)
        }
    return found or None


def map_of(data: Any) -> dict[str, Any] | None:
    """An event "map": ``{size: [w, h], player: [x, y, angle], things: [[x, y, kind], ...]}``.

    Places have the unit of the size, y upwards; the angle is in degrees, anticlockwise from x.

    Returns:
        What of it can be shown; None if it has no size.
    """
    if not isinstance(data, dict) or not _are_numbers(data.get("size"), 2):
        return None
    width, height = data["size"]
    if width <= 0 or height <= 0:
        return None
    found: dict[str, Any] = {"size": [width, height]}
    if _are_numbers(data.get("player"), 3):
        found["player"] = data["player"]
    things = data.get("things")
    if isinstance(things, list):
        found["things"] = [
            [*thing[:2], str(thing[2])[:MOST_LETTERS]]
            for thing in things[:MOST_THINGS]
            if isinstance(thing, list) and len(thing) == 3 and _are_numbers(thing[:2], 2)
        ]
    return found


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
    )  # also false for NaN


def _are_numbers(values: Any, n: int) -> bool:
    return isinstance(values, list) and len(values) == n and all(map(_is_number, values))
