"""Declared subgroups: whether the effect differs between them, and how large it is in each.

Only what the plan declares is split, and never tested group by group: one interaction test says whether effects
differ, and estimates by level come without p-values. Differences in means and shares are tested by one regression
on arm, level and their products (Wald's F with HC2, by clusters with CR2); other effects by how far the levels' own
estimates lie apart (Cochran's Q over its degrees of freedom, as F). Beside each level's estimate stands the one
shrunken towards the average of all levels (normal-normal, REML).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.on_scale import Normal, normal_of, told
from analysis.estimator import estimators
from analysis.finding import ArmFigures, Effect, Finding, Subgroup
from analysis.gathering import gather
from analysis.models.interaction import CODE, LINEAR, by_regression, by_spread
from analysis.models.pooling import pooled, reml_tau2
from analysis.refusal import Refusal
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    import pandas as pd

    from analysis.evidence import Evidence
    from analysis.models.joint_tests import JointTest
    from analysis.supplement import Beside

PREFIX = "subgroup."  # of the unit table's columns
FEWEST = 10  # units in each arm of a level that is shown by itself; smaller ones are shown together
OTHER = "other"
LAYOUTS = ("parallel", "clustered", "repeated")


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Each declared attribute; nothing where none is declared."""
    if not beside.plan.subgroups or beside.table is None:
        return ()
    if beside.evidence.layout not in LAYOUTS:
        raise Refusal(
            "Subgroups are answered where units or clusters are assigned once.",
            remedy="Read the finding on everybody, which stands.",
        )
    found, refused = [], {}
    for attribute in beside.plan.subgroups:
        try:
            found.append(_attribute(beside, attribute))
        except Refusal as refusal:
            refused[attribute] = refusal
    if refused and not found:
        raise next(iter(refused.values()))
    return (*found, *(_untold(beside, attribute, refusal) for attribute, refusal in refused.items()))


def _untold(beside: Beside, attribute: str, refusal: Refusal) -> Supplied:
    """What is said of an attribute that cannot be answered beside others that can."""
    finding = beside.finding
    says = _plain(f"Whether the effect differs by {attribute} cannot be told. {refusal.reason}")
    return Supplied(
        "subgroups", finding.outcome.name, finding.contrast, says, parameters={}, notes=(refusal.remedy,)
    )


def _attribute(beside: Beside, attribute: str) -> Supplied:
    column = PREFIX + attribute
    if beside.table is None or column not in beside.table.known:
        raise Refusal(
            f"The table does not say which level of {attribute!r} a unit belongs to.",
            remedy="Take the attribute in with the log, or name its column.",
        )
    frame = beside.table.known
    written = frame[column].astype("str").where(frame[column].notna(), "unknown")
    test, figures = _interaction(beside, written)
    merged = _merged(written, frame["arm"], beside, fewest=FEWEST)
    levels = in_order(merged) if merged.nunique() > 1 else []
    findings = [found for name in levels if (found := _finding(beside, merged == name, attribute, name))]
    shrunken, spread = _shrunken(findings)
    finding = beside.finding
    return Supplied(
        "subgroups",
        finding.outcome.name,
        finding.contrast,
        says=_says(attribute, test),
        effects=shrunken,
        parameters={**figures, **spread},
        notes=(f"Shrunken estimates by {attribute}; levels with few units are shown together.",),
        findings=tuple(findings),
    )


def _interaction(beside: Beside, level: pd.Series[str]) -> tuple[JointTest, dict[str, float]]:
    """The test over every level with two units in each arm; smaller ones count as one."""
    outcome, plan, table = beside.finding.outcome, beside.plan, beside.table
    assert table is not None
    enough = _merged(level, table.known["arm"], beside, fewest=2)
    codes = {name: float(place) for place, name in enumerate(in_order(enough))}
    covariates = (*plan.covariates, CODE)
    evidence = gather(
        table.knowing(CODE, enough.map(codes)), outcome, beside.finding.contrast, covariates=covariates
    )
    if outcome.scale.name in LINEAR and evidence.layout != "repeated":
        return by_regression(evidence)
    singles = _by_level(beside, enough)
    return by_spread(singles, units=evidence.treatment.n + evidence.control.n, evidence=evidence)


def _by_level(beside: Beside, level: pd.Series[str]) -> list[Normal]:
    found = [_finding(beside, level == name, "", name) for name in in_order(level)]
    return [normal for finding in found if finding and (normal := normal_of(finding))]


def _finding(beside: Beside, here: pd.Series[bool], attribute: str, level: str) -> Finding | None:
    """The planned estimator on one level, without a p-value or a verdict; None where it cannot answer there."""
    assert beside.table is not None
    planned = beside.finding
    table = beside.table.where(here.to_numpy())
    try:
        evidence = gather(table, planned.outcome, planned.contrast, covariates=beside.plan.covariates)
        estimate = estimators()[planned.estimator].fit(evidence, beside.plan.settings)
    except Refusal:
        return None
    silent = {name: replace(effect, p_value=None) for name, effect in estimate.effects.items()}
    return Finding(
        planned.outcome,
        planned.contrast,
        planned.estimator,
        False,
        replace(estimate, effects=silent, parameters={}, profile={}),
        _arms(evidence),
        "inconclusive",
        subgroup=Subgroup(attribute, level),
    )


def _arms(evidence: Evidence) -> tuple[ArmFigures, ...]:
    sides = ((evidence.contrast.control, evidence.control), (evidence.contrast.treatment, evidence.treatment))
    return tuple(ArmFigures(arm, s.n, s.missing, s.describe(), s.cells()) for arm, s in sides)


def _merged(level: pd.Series[str], arm: pd.Series[str], beside: Beside, *, fewest: int) -> pd.Series[str]:
    """Levels with fewer than `fewest` measured units in an arm put together as one.

    The next smallest joins them as long as they are too few even so: otherwise what is withheld could be had as
    the rest of the whole.
    """
    contrast, counts = beside.finding.contrast, _measured(level, arm, beside)
    sizes = {
        name: min(counts.get((name, side), 0) for side in (contrast.treatment, contrast.control))
        for name in in_order(level)
    }
    rest = [name for name, size in sizes.items() if size < fewest]
    left = sorted((name for name in sizes if name not in rest), key=lambda name: (sizes[name], name))
    while rest and left and _least(rest, counts, contrast.treatment, contrast.control) < fewest:
        rest.append(left.pop(0))
    return level.where(~level.isin(rest), OTHER) if len(rest) > 1 else level


def _least(names: list[str], counts: dict[tuple[str, str], int], *arms: str) -> int:
    return min(sum(counts.get((name, arm), 0) for name in names) for arm in arms)


def _measured(level: pd.Series[str], arm: pd.Series[str], beside: Beside) -> dict[tuple[str, str], int]:
    assert beside.table is not None
    measured = level.to_frame("level").assign(arm=arm, n=beside.table.measured(beside.finding.outcome))
    counts = measured.groupby(["level", "arm"])["n"].sum()
    return {
        (str(name), str(side)): int(n) for (name, side), n in zip(counts.index.tolist(), counts, strict=True)
    }


def in_order(level: pd.Series[str]) -> list[str]:
    """The levels, numbers by size, `other` last."""

    def place(name: str) -> tuple[bool, bool, float, str]:
        try:
            return name == OTHER, False, float(name), name
        except ValueError:
            return name == OTHER, True, 0.0, name

    return sorted(set(level), key=place)


def _shrunken(findings: list[Finding]) -> tuple[dict[str, Effect], dict[str, float]]:
    """Each level's estimate drawn towards the average, by how sure it is (normal-normal; Jones et al. 2011)."""
    held = [(f, normal) for f in findings if (normal := normal_of(f)) is not None]
    if len(held) < 2:
        return {}, {}
    y, v = (np.array(figures) for figures in zip(*((n.estimate, n.se**2) for _, n in held), strict=True))
    average = pooled(y, v, tau2=reml_tau2(y, v))
    own = average.tau2 / (average.tau2 + v)
    centres = own * y + (1 - own) * average.estimate
    errors = np.sqrt(own * v + (1 - own) ** 2 * average.se**2)
    effects = {}
    for (finding, _), centre, error in zip(held, centres, errors, strict=True):
        if finding.subgroup is not None:
            shrunk = Normal(float(centre), float(error))
            level = finding.effect.level
            effects[finding.subgroup.level] = told(shrunk, finding.outcome.scale, level=level)
    return effects, {"tau2": average.tau2}


def _plain(text: str) -> str:
    """The text with its braces kept from being read as places for the arms' labels."""
    return text.replace("{", "{{").replace("}", "}}")


def _says(attribute: str, test: JointTest) -> str:
    attribute = _plain(attribute)
    p = "below 0.001" if test.p_value < 0.001 else f"= {test.p_value:.3f}"
    if test.p_value < 0.05:
        return f"The effect of {{treatment}} against {{control}} differs by {attribute} (interaction p {p})."
    return (
        f"Whether the effect of {{treatment}} against {{control}} differs by {attribute} is unclear (interaction "
        f"p {p}): levels that look unlike may do so by chance."
    )


SUPPLEMENT = Supplement(
    name="subgroups",
    label="Declared subgroups",
    question="Does the effect differ between declared groups?",
    run=run,
    order=40,
)
