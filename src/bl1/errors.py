"""The error that bl1 raises when a person gave it something it cannot use."""


class Bl1Error(ValueError):
    """Bad input, told in one sentence: what was wrong, what was expected, and where.

    The command line prints the sentence without a traceback and exits with status 2.
    """
