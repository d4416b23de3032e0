"""A pilot small enough to read: declared in a few lines, its log written as a table, measured for real."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.measure import measure
from experiments.pilot import ingest, register, rejects
from experiments.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import pytest

    from analysis.about import Conduct, DataFacts
    from experiments.intake import Intake

DECLARED = """\
study: small
title: A small pilot
topic: deterrence
company: platform-a
design:
  kind: individual
  arms:
    none: {label: No warning, control: true}
    warning: {label: Warning}
outcomes:
  - {id: clicked, role: primary, kind: proportion, event: click, window: {days: 7}, better: lower}
"""
CLUSTERED = DECLARED.replace("kind: individual", "kind: cluster")


class SmallPilot:
    """A registered study in a store of its own; `log` takes events in, `units` measures."""

    def __init__(self, folder: Path, declared: str = DECLARED) -> None:
        self.folder = folder
        self.store = Store(folder / "store")
        self.declare(declared)

    def declare(self, declared: str, *, reason: str | None = None) -> None:
        """Register the declaration; `reason` amends."""
        path = self.folder / "study.yaml"
        path.write_text(declared)
        register(self.store, path, reason=reason)

    def file(self, content: str | bytes, name: str = "log.csv") -> Path:
        """A file beside the store."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def log(self, content: str | bytes, name: str = "log.csv") -> Intake:
        """Take one file in."""
        return ingest(self.store, "small", [self.file(content, name)])

    def table(self, drawn: str, name: str = "log.csv") -> Intake:
        """Take in a log that is drawn as a table."""
        return self.log(as_csv(drawn), name)

    def measured(self) -> tuple[pd.DataFrame, Conduct, DataFacts]:
        """The unit table and what is said beside it."""
        table, conduct, data = measure(self.store, self.store.study("small"))
        return table.known, conduct, data

    def rejected(self) -> list[str]:
        """The rejected rows as they are printed."""
        return [str(row) for row in rejects(self.store, "small")]


def as_csv(drawn: str) -> str:
    """A table drawn with bars as CSV; a time may leave out the year and month (`02T10:00`: March 2026)."""
    rows = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    header = rows[0]
    for row in rows[1:]:
        place = header.index("occurred_at")
        row[place] = _instant(row[place])
    return "".join(",".join(row) + "\n" for row in rows)


def _instant(short: str) -> str:
    day, _, time = short.partition("T")
    return f"{day if '-' in day else f'2026-03-{day}'}T{time or '00:00'}"


def outside_keys(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep the keys of a test in a folder of its own."""
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(folder / "keys"))
