"""A bar: a promise, how often it is tried, and what was counted."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(slots=True)
class Count:
    """What was counted: each figure by its name, and each breach of the promise in a sentence."""

    figures: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    def add(self, name: str, how_many: int = 1) -> None:
        """Count something."""
        self.figures[name] = self.figures.get(name, 0) + how_many

    def hold(self, kept: object, breach: str) -> None:
        """Note a breach unless the promise was kept."""
        if not kept:
            self.breaches.append(breach)

    def progress(self, done: int, of: int, *, every: int = 50) -> None:
        """Say on the error stream what was counted so far, so that a run of hours tells when it is cut off."""
        if done % every == 0:
            print(f"  {done:,} of {of:,}: {self}", file=sys.stderr, flush=True)

    def __str__(self) -> str:
        """The figures on one line."""
        told = [f"{number:,} {name}" for name, number in self.figures.items()]
        return ", ".join([*told, f"{len(self.breaches):,} breaches"])


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise; `run(folder, tries)` tries it about that often, with all that it writes in `folder`.

    `needs` says what this machine lacks for it; empty where nothing is lacking.
    """

    name: str
    promise: str
    short: int
    full: int
    run: Callable[[Path, int], Count]
    needs: Callable[[], str] = str


def bars() -> Mapping[str, Bar]:
    """Every bar, by name."""
    return collect("tests.bars", Bar)
