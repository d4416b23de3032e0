"""A chart's numbers for people: headings and words where files keep the names that programs know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import telling, words

if TYPE_CHECKING:
    from dashboard.chart import Numbers


def readable(rows: list[Numbers]) -> list[dict[str, object]]:
    """The numbers with headings and words for people."""
    return [
        {
            words.column_word(name) if name.isidentifier() and name.islower() else name: _word(name, value)
            for name, value in row.items()
        }
        for row in rows
    ]


def _word(name: str, value: str | float | None) -> object:
    if name == "role":
        return words.ROLES.get(str(value), value)
    return telling.estimator_label(str(value)) if name == "estimator" else value
