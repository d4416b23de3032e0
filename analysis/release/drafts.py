"""A draft: the figures of a would-be export, and which rule forbids them; asked before anything is written.

Each figure says what it is of; what it does not say (None) is not known, and is judged as badly as it could be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from analysis.across import FEWEST_COMPANIES, LARGEST, TWO_LARGEST
from analysis.policy import PUBLIC
from analysis.release.audit import audit
from analysis.release.curves import FEWEST_AT_RISK, MOST_TIMES
from analysis.release.shown import figures_for, significant
from analysis.release.small import FEWEST_DF, FEWEST_FOR_MEDIAN
from analysis.release.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.policy import Policy
    from analysis.release.tables import Published

FORMULA = re.compile(r"[\s]*[=+\-@＝＋－＠]|[\t\r\n]")
MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?![a-zA-Z#][a-zA-Z0-9]*;)|javascript:", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of people, `of` so many where a share is told."""

    people: int
    of: int | None = None

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 1: no count of 1 to 9, nor its complement; no share of nobody or of everybody."""
        if policy.small(self.people):
            return Withheld(1, f"A count is of fewer than {policy.threshold} people.")
        if self.of is None:
            return None
        if policy.small(self.of - self.people):
            return Withheld(1, f"All but fewer than {policy.threshold} people are counted.")
        if self.of and self.people in (0, self.of):
            return Withheld(1, "A share is of nobody, or of everybody.")
        return None


@dataclass(frozen=True, slots=True)
class Total:
    """A total beside its parts; a masked part is None."""

    people: int
    parts: tuple[int | None, ...]

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 2: what is masked does not come back as the total less the rest."""
        masked = self.parts.count(None)
        rest = self.people - sum(part for part in self.parts if part is not None)
        if masked and (masked == 1 or rest < 2 * masked or policy.small(rest)):
            return Withheld(2, "A total and the parts that are shown give a masked part back.")
        return None


@dataclass(frozen=True, slots=True)
class Average:
    """A mean of so many people with their standard deviation."""

    people: int
    sd: float

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 5: at least ten people, who are not all alike."""
        if self.people < policy.threshold:
            return Withheld(5, f"An average is of fewer than {policy.threshold} people.")
        return None if self.sd > 0 else Withheld(5, "An average is of people who are all alike.")


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of so many people; 0 and 1 are the least and the largest value."""

    people: int
    q: float

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 5: a median of at least twenty; at least ten people on each side of a quantile."""
        sides = min(self.q, 1 - self.q) * self.people
        if self.people < FEWEST_FOR_MEDIAN or sides < policy.threshold - 1e-9:
            return Withheld(5, f"On one side of a quantile are fewer than {policy.threshold} people.")
        return None


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model, by its residual degrees of freedom."""

    df: float

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 5: at least ten."""
        del policy
        return Withheld(5, "A model has fewer than 10 degrees of freedom.") if self.df < FEWEST_DF else None


@dataclass(frozen=True, slots=True)
class Points:
    """What is drawn point by point: people behind each point."""

    people: tuple[int, ...]

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 5: no point of a single person, or of few."""
        if any(people < policy.threshold for people in self.people):
            return Withheld(5, f"A point stands for fewer than {policy.threshold} people.")
        return None


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve: at each time how many had the event by then, and how many are still at risk."""

    events: tuple[int, ...]
    at_risk: tuple[int, ...]

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 5: twelve times at most, no step of 1 to 9, none below twenty at risk."""
        if len(self.events) > MOST_TIMES:
            return Withheld(5, f"A curve has more than {MOST_TIMES} times.")
        if any(policy.small(after - before) for before, after in pairwise((0, *self.events))):
            return Withheld(5, f"A curve steps down by fewer than {policy.threshold} people.")
        if any(people < FEWEST_AT_RISK for people in self.at_risk):
            return Withheld(5, f"A curve goes on with fewer than {FEWEST_AT_RISK} people at risk.")
        return None


@dataclass(frozen=True, slots=True)
class Digits:
    """An effect, or an end of its interval, as it is told of so many people."""

    value: float
    people: int

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 6: three significant figures, four from 1,000 people on."""
        del policy
        figures = figures_for(self.people)
        if significant(self.value, figures) != self.value:
            return Withheld(6, f"An effect has more than {figures} significant figures.")
        return None


@dataclass(frozen=True, slots=True)
class Pooled:
    """A cell over several companies: how many people each brought."""

    by_company: dict[str, int]

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 7: three companies or more, none above half, two not above two thirds; or their consent."""
        if self.by_company.keys() <= set(policy.consents):
            return None
        sizes, total = sorted(self.by_company.values(), reverse=True), sum(self.by_company.values())
        if len(sizes) < FEWEST_COMPANIES:
            return Withheld(7, f"A pooled figure is of fewer than {FEWEST_COMPANIES} companies.")
        if sizes[0] > LARGEST * total:
            return Withheld(7, "More than half of the people of a pooled figure are one company's.")
        if sizes[0] + sizes[1] > TWO_LARGEST * total:
            return Withheld(7, "More than 67 % of the people of a pooled figure are two companies'.")
        return None


@dataclass(frozen=True, slots=True)
class Group:
    """People at work who answered; `change` says that a change of their scores is told."""

    respondents: int
    change: bool = False

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 8: at least ten of them, twenty for a change."""
        fewest = max(policy.threshold, 20) if self.change else policy.threshold
        if self.respondents < fewest:
            return Withheld(8, f"A group of people at work has fewer than {fewest} respondents.")
        return None


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it stands in a file: a `cell` of a table, or inside `markup`, where it is escaped already."""

    text: str
    where: Literal["cell", "markup"]

    def forbidden(self, policy: Policy) -> Withheld | None:
        """Rule 9: no formula in a cell, no live markup, no control character."""
        del policy
        if CONTROL.search(self.text):
            return Withheld(9, "A text holds a control character.")
        if self.where == "cell" and FORMULA.match(self.text):
            return Withheld(9, "A cell would be run as a formula.")
        if self.where == "markup" and MARKUP.search(self.text):
            return Withheld(9, "A text would be read as markup.")
        return None


Drafted = Tally | Total | Average | Quantile | Model | Points | Curve | Digits | Pooled | Group | Text


def refuse(
    figures: Sequence[Drafted],
    policy: Policy = PUBLIC,
    *,
    tables: Published | None = None,
    earlier: Sequence[Published] = (),
) -> None:
    """Raise Withheld with the first rule that forbids one of the figures, or the counts of `tables` together."""
    for figure in figures:
        if found := figure.forbidden(policy):
            raise found
    if tables is not None:
        audit(tables, earlier)
