"""Checks: what could make the findings wrong, looked at before anybody reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.plan import Plan

Outcome = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found. `says` is a sentence with {named} places for `counts`, `numbers` and `arms`.

    Counts of people are kept apart so that disclosure control can mask them before the sentence is written,
    and names of arms so that a page can put their labels there.
    """

    name: str
    verdict: Outcome
    says: str
    counts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # already formatted
    statistic: float | None = None
    p_value: float | None = None
    subject: str | None = None  # the outcome or covariate it is about
    arms: dict[str, str] = field(default_factory=dict)

    def sentence(self, labels: Mapping[str, str] = MappingProxyType({}), **masked: str) -> str:
        """The sentence with its figures; `masked` replaces counts by what may be shown of them.

        `labels` maps an arm's name to its label; an arm without one keeps its name.

        >>> CheckResult("contamination", "warn", "{n} units saw two arms.", {"n": 4}).sentence(n="<10")
        '<10 units saw two arms.'
        """
        shown = {name: f"{count:,}" for name, count in self.counts.items()}
        arms = {place: f"‘{labels[arm]}’" if arm in labels else arm for place, arm in self.arms.items()}
        return self.says.format(**{**shown, **self.numbers, **arms, **masked})


@dataclass(frozen=True, slots=True)
class Check:
    """A check: `run(plan, table, conduct)` returns its results (none where it does not apply).

    `means` says in one sentence what a failure would do to the findings, `advice` what to do about it.
    `arms_together` says that it tells nothing of single arms, so that its sentence may be read while a study runs.
    """

    name: str
    label: str
    means: str
    advice: str
    run: Callable[[Plan, Table, Conduct], tuple[CheckResult, ...]]
    arms_together: bool = False


def checks() -> Mapping[str, Check]:
    """Every check, by name.

    >>> "sample_ratio" in checks()
    True
    """
    return collect("analysis.checks", Check)
