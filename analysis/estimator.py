"""Estimators: what each claims, what it needs, and which one a declaration calls for."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

from analysis.layout import PARALLEL
from analysis.refusal import Refusal
from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.evidence import Evidence
    from analysis.finding import Estimate

Need = Literal[
    "rows",
    "grouped",
    "covariates",
    "strata",
    "matched",
    "dated",
    "several_arms",
    "compared",
    "one_arm",
    "one_adopter",
    "several_adopters",
    "few_units",
]
Estimand = Literal["individual-average", "cluster-average"]
MANY = 1_000  # units in the smallest arm
CARD = ("Question", "Estimand", "Assumes", "Interval", "Breaks when", "Source")


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that the choice of an estimator may depend on: what was declared, never what the data show.

    `rows` is False where no row a unit is held, `grouped` also where no sums of units alike are, so that only the
    arms' summaries were shared. `matched` says that each stratum is a pair of
    clusters, one for each arm. `units` counts the platforms of a panel, `treated_units` those that ever adopt.
    `arm_units` counts the units that were assigned to the smallest arm, 0 where nobody said. `dated` says that each
    event of a count keeps its time, `together` that all arms are to be compared with the
    control at one error rate.
    """

    layout: str
    kind: str
    covariates: bool = False
    strata: bool = False
    estimand: Estimand = "individual-average"
    arms: int = 2
    rows: bool = True
    matched: bool = False
    units: int = 0
    treated_units: int = 0
    arm_units: int = 0
    dated: bool = False
    together: bool = False
    grouped: bool = True

    def held(self, evidence: Evidence) -> Declaration:
        """The declaration with what there is: rows, groups or summaries, and of how many units in parallel arms."""
        units = evidence.assigned if evidence.layout == PARALLEL.name else self.arm_units
        rows = evidence.rows is not None
        return replace(self, rows=rows, grouped=evidence.grouped, arm_units=units)

    def smaller_than(self, units: int) -> bool:
        """Whether an arm is known to have fewer than so many units."""
        return 0 < self.arm_units < units

    @property
    def few_units(self) -> bool:
        """Whether no arm has so many units that giving their labels anew takes long and tells nothing more."""
        return self.arm_units < MANY

    @property
    def several_arms(self) -> bool:
        """Whether more than one arm is compared with the control."""
        return self.arms > 2

    @property
    def compared(self) -> bool:
        """Whether there are arms to compare."""
        return self.arms > 1

    @property
    def one_arm(self) -> bool:
        """Whether there is nothing but time to compare."""
        return self.arms == 1

    @property
    def one_adopter(self) -> bool:
        """Whether just one platform of a panel takes the treatment up."""
        return self.treated_units == 1

    @property
    def several_adopters(self) -> bool:
        """Whether more than one platform of a panel takes the treatment up, or nobody said how many."""
        return self.treated_units != 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit is run with: the interval's level, the seed of anything random, and each arm's declared share.

    `shares` is empty for a bare table, whose allocation nobody declared.
    """

    level: float = 0.95
    seed: int = 20_260_101
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimator:
    """A method. Its module's docstring is its method card, with the sections of `CARD`.

    `fit(evidence, settings)` returns an Estimate whose effects hold the outcome's primary scale, or raises
    Refusal. `default` says for which declarations this estimator is shown first; over all estimators
    exactly one says so for each declaration that any claims (a law tests it).
    """

    name: str
    label: str
    layouts: frozenset[str]
    kinds: frozenset[str]
    fit: Callable[[Evidence, Settings], Estimate]
    default: Callable[[Declaration], bool]
    needs: frozenset[Need] = frozenset()

    def claims(self, declaration: Declaration) -> bool:
        """Whether this estimator can answer for such a declaration."""
        held = {need for need in get_args(Need) if getattr(declaration, need)}
        return declaration.layout in self.layouts and declaration.kind in self.kinds and self.needs <= held

    def card(self) -> dict[str, str]:
        """The method card: the sections of the defining module's docstring, by heading."""
        document = inspect.getdoc(inspect.getmodule(self.fit)) or ""
        sections: dict[str, str] = {"Summary": ""}
        current = "Summary"
        for line in document.splitlines():
            heading, colon, rest = line.partition(":")
            if colon and heading.strip() in CARD:
                current = heading.strip()
                sections[current] = rest.strip()
            else:
                sections[current] = f"{sections[current]} {line.strip()}".strip()
        return sections


def estimators() -> Mapping[str, Estimator]:
    """Every estimator, by name.

    >>> estimators()["newcombe"].label
    'Newcombe interval'
    """
    return collect("analysis.estimators", Estimator)


def choose(declaration: Declaration) -> Estimator:
    """The default estimator for a declaration. Raises Refusal where none claims it.

    >>> choose(Declaration("parallel", "proportion")).name
    'score_interval'
    """
    for estimator in estimators().values():
        if estimator.claims(declaration) and estimator.default(declaration):
            return estimator
    raise Refusal(
        f"No estimator answers for an outcome of the kind {declaration.kind} in the layout {declaration.layout!r}.",
        remedy="Choose another outcome kind, or another layout.",
    )


def sensitivities(declaration: Declaration) -> tuple[Estimator, ...]:
    """The other estimators that can answer for a declaration, in the order of their names."""
    default = choose(declaration)
    return tuple(e for e in estimators().values() if e is not default and e.claims(declaration))


def unheld(declaration: Declaration) -> tuple[str, ...]:
    """What to say where a study is so large that it is read as sums: which estimators a row a unit would have let
    answer too, and whether one of them would have been the default.

    >>> unheld(Declaration("parallel", "count", rows=False))[-1]
    'With a row for each unit, Negative binomial regression would have been shown first.'
    """
    if declaration.rows or not declaration.grouped:
        return ()
    rows = replace(declaration, rows=True)
    held = {choose(declaration).name, *(e.name for e in sensitivities(declaration))}
    absent = sorted(e.label for e in (choose(rows), *sensitivities(rows)) if e.name not in held)
    said = [f"Read as sums, for its size; what needs a row for each unit was not run: {', '.join(absent)}."]
    if choose(rows).name not in held:
        said.append(f"With a row for each unit, {choose(rows).label} would have been shown first.")
    return tuple(said) if absent else ()
