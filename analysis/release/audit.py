"""The audit of a public release: whether a reader who puts everything together finds a small count.

Everything published about the same people is one system of bounds and sums over whole numbers; each small cell must
keep at least five possible values in it, which a linear programme finds out. Releases about other people are held
against each other count by count: a difference of 1 to 9 between two exact counts is a small count as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.release.system import LEFT, System
from analysis.release.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.release.tables import Published

SMALL = range(1, 10)
FEWEST = 10


def audit(now: Published, earlier: Sequence[Published] = ()) -> None:
    """Raise Withheld where a release, together with what was published earlier, would give a small count away."""
    for before in earlier:
        same_people(now, before)
        if (now.data, now.plan) != (before.data, before.plan):
            _no_small_difference(now, before)
    alike = [before for before in earlier if (before.data, before.plan) == (now.data, now.plan)]
    if found := recovered([now, *alike]):
        raise Withheld(3, f"{len(found):,} of the counts of fewer than 10 people could be narrowed down.")


def same_people(now: Published, before: Published) -> None:
    """Raise Withheld where the people of two releases differ, but by fewer than ten.

    Where somebody withdrew and others came, so few may have changed that it cannot be told: then too.
    """
    units = abs(now.population["units"] - before.population["units"])
    gone = now.withdrew - before.withdrew
    if 0 < units < FEWEST or (units == 0 and gone > 0 and now.data != before.data):
        raise Withheld(4, "Fewer than 10 people came or went since an earlier release, which stays in force.")
    if now.rounded and before.rounded:
        return
    for place in now.population.keys() & before.population.keys():
        if abs(now.population[place] - before.population[place]) in SMALL:
            raise Withheld(
                4,
                "In a group, fewer than 10 people came or went since an earlier release, which stays in force.",
            )


def _no_small_difference(now: Published, before: Published) -> None:
    for key in now.cells.keys() & before.cells.keys():
        (low, high), (earlier_low, earlier_high) = now.cells[key], before.cells[key]
        exact = low == high and earlier_low == earlier_high
        if exact and abs(low - earlier_low) in SMALL:
            raise Withheld(2, "A count differs by fewer than 10 people from that of an earlier release.")


def recovered(releases: Sequence[Published]) -> list[str]:
    """The small cells of which a reader of all these releases on the same people has under five values left."""
    cells: dict[str, tuple[int, int | None]] = {}
    for release in releases:
        for key, (low, high) in release.cells.items():
            known_low, known_high = cells.get(key, (0, None))
            ends = [end for end in (high, known_high) if end is not None]
            cells[key] = max(low, known_low), min(ends, default=None)
    small = dict.fromkeys(key for release in releases for key in release.small)
    certain = [key for key in small if _width(cells[key]) < LEFT]
    if certain or not small:
        return certain
    sums = dict.fromkeys(each for release in releases for each in release.sums)
    return System(cells, sums, small).narrowed()


def _width(bounds: tuple[int, int | None]) -> float:
    low, high = bounds
    return float("inf") if high is None else high - low + 1
