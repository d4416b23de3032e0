"""CSV: the numbers behind a chart, rounded and masked as they are drawn, with study and versions in every row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dashboard.export import Export
from dashboard.words.forms import SPACE

if TYPE_CHECKING:
    from dashboard.export import ChartPicture

# A spreadsheet runs a cell that begins so as a formula; the wide forms are read like the narrow ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _make(picture: ChartPicture) -> bytes:
    rows = [{**row, **picture.facts} for row in picture.rows]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_cell(name) for name in rows[0]])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def _cell(value: str | float | None) -> str | float | None:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    plain = value.replace(SPACE, " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain


CSV = Export("csv", "csv", "text/csv", _make)
