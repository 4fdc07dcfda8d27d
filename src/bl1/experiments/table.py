"""Tables of results as text."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV, under the names that the first of them has."""
    text = StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
