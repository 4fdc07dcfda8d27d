"""Words in less room than they need."""


def shortened(text: str, width: int) -> str:
    """A text in so many columns of the screen, at least one: its beginning, and that it goes on."""
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"
