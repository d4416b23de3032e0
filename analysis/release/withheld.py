"""Why a release is refused: the rule that forbids it, as an exception."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Mapping[int, str] = MappingProxyType(
    {
        1: "counts of 1 to 9 people, and percentages that rest on them, are not shown",
        2: "what is masked must not come back by subtraction",
        3: "every small count keeps at least five possible values",
        4: "the people in two releases are the same, or differ by at least ten",
        5: "averages, quantiles, models and curves rest on enough people, and no figure on a single one",
        6: "effects and intervals have no more digits than their data carry",
        7: "pooled figures rest on at least three companies, of which none dominates",
        8: "no small group of people at work is shown",
        9: "text is escaped for the file that it stands in",
    }
)


class Withheld(Exception):
    """A release or an export that a rule forbids. `rule` is a key of RULES, `says` a sentence on what was found.

    >>> raise Withheld(4, "Of an earlier release 3 people are gone.")
    Traceback (most recent call last):
        ...
    analysis.release.withheld.Withheld: Of an earlier release 3 people are gone. Rule 4 of releases: the people in \
two releases are the same, or differ by at least ten.
    """

    def __init__(self, rule: int, says: str) -> None:
        self.rule, self.says = rule, says
        super().__init__(f"{says} Rule {rule} of releases: {RULES[rule]}.")
