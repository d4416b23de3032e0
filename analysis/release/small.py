"""Which findings have too few people behind them, and so are withheld or told without their arms' figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.withholding import told_together, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.finding import Finding
    from analysis.policy import Policy

FEWEST_FOR_MEDIAN = 20
FEWEST_DF = 10


def hidden_keys(findings: Iterable[Finding], policy: Policy) -> frozenset[tuple[str, str]]:
    """Outcome and attribute of the findings with a small cell: whatever is told together with them is hidden.

    So are the levels of an attribute where so few people are in none of them: everybody less the levels are these.
    Where counts are rounded, that tells nothing of them.
    """
    found = list(findings)
    small = {told_together(f) for f in found if small_cell(f, policy)}
    left = {} if policy.rounds else _left_over(found)
    return frozenset(small | {key for key, cells in left.items() if any(map(policy.small, cells))})


def _left_over(findings: list[Finding]) -> dict[tuple[str, str], list[int]]:
    """By outcome and attribute, the cells of those who are in no level that a finding tells of."""
    left: dict[tuple[str, str], list[int]] = {}
    for everybody in (f for f in findings if f.default and f.subgroup is None):
        levels = [f for f in findings if f.subgroup and whole(f) == whole(everybody)]
        for attribute in dict.fromkeys(told_together(f)[1] for f in levels):
            for arm in everybody.arms:
                parts = {
                    f.subgroup.level: part.cells
                    for f in levels
                    if f.subgroup and f.subgroup.attribute == attribute
                    for part in f.arms
                    if part.arm == arm.arm
                }
                counts = zip(*parts.values(), strict=True) if parts else ()
                cells = [n - sum(of) for n, of in zip(arm.cells, counts, strict=False)]
                left.setdefault((everybody.outcome.name, attribute), []).extend(cells)
    return left


def small_cell(finding: Finding, policy: Policy) -> bool:
    """Whether a count of people behind the arms is too small; in public also whether everybody is in one.

    A share of 0 % or 100 % tells the answer of every single person.
    """
    return any(policy.small(cell) for arm in finding.arms for cell in arm.cells) or (
        policy.public and any(cell == arm.n > 0 for arm in finding.arms for cell in arm.cells[1:])
    )


def hides(finding: Finding, keys: frozenset[tuple[str, str]]) -> bool:
    """Whether its arms' figures are hidden: its own, those told together with them, or those of everybody."""
    return not keys.isdisjoint({told_together(finding), whole(finding)})


def withheld(finding: Finding, policy: Policy, keys: frozenset[tuple[str, str]], *, clustered: bool) -> bool:
    """Whether nothing of the finding is let out.

    Always a level of an attribute with too few people in an arm. In public also what rests on too few people
    altogether (degrees of freedom count people unless they are `clustered`); and where counts are exact, what would
    let a small cell be computed from the effect.
    """
    if not policy.threshold:
        return False
    thin = any(arm.n < policy.threshold for arm in finding.arms)
    if not policy.public:
        return thin and finding.subgroup is not None
    if (
        thin
        or rests_on_too_few(finding, policy, clustered=clustered)
        or (policy.rounds and _one_of_several(finding, keys))
    ):
        return True
    own = small_cell(finding, policy) if finding.subgroup is None else hides(finding, keys)
    return own and not policy.rounds


def _one_of_several(finding: Finding, keys: frozenset[tuple[str, str]]) -> bool:
    """Another estimator's finding, or one level's, with a small cell: two effects together tell more than one."""
    return hides(finding, keys) and not (finding.default and finding.subgroup is None)


def rests_on_too_few(finding: Finding, policy: Policy, *, clustered: bool) -> bool:
    """An average without spread, a quantile or a change of few people, or a model with few degrees of freedom."""
    outcome = finding.outcome
    fewest = FEWEST_FOR_MEDIAN if outcome.kind == "quantile" else policy.threshold
    if outcome.kind == "score" and outcome.baseline:
        fewest = max(fewest, policy.change_group)
    df = None if clustered or finding.estimate.clusters else finding.effect.df
    return any(arm.n < fewest or arm.figures.get("sd", 1.0) == 0 for arm in finding.arms) or (
        df is not None and df < FEWEST_DF
    )
