"""Whether platforms moved in parallel before some of them adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.amounts import amount
from analysis.estimators.group_time import by_time
from analysis.models.adoption import adoption
from analysis.models.group_time_effects import cells
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    from analysis.supplement import Beside

ESTIMATORS = ("imputed_adoption", "adoption_permutation", "group_time")
NO_PROOF = (
    "That no difference is found before the adoption does not show that there would have been none after."
)


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Differences of adopters from platforms that had not, by periods before adoption, from the last one before.

    Nothing where there is one period before only. Callaway and Sant'Anna (2021), Roth (2022,
    doi 10.1257/aeri.20210236).
    """
    if beside.finding.estimator not in ESTIMATORS:
        return ()
    panel = adoption(beside.evidence)
    early = [cell for cell in cells(panel, against="notyet") if cell.since < 0]
    if not early:
        return ()
    effects = by_time(panel, early, level=beside.plan.settings.level)
    tested = [effect.p_value for effect in effects.values() if effect.p_value is not None]
    largest = max(abs(effect.estimate) for effect in effects.values())
    says = (
        f"Before they adopted, platforms differed from those that had not by at most "
        f"{amount(largest, beside.finding.outcome)}, compared with "
        "the last period before"
    )
    figures = {"largest": largest}
    if tested:
        figures["p_bonferroni"] = min(1.0, len(tested) * min(tested))
        says += f" (p {figures['p_bonferroni']:.2g} over all {len(tested)} periods together)"
    evidence = beside.evidence
    return (
        Supplied(
            "pre_trends", evidence.outcome.name, evidence.contrast, f"{says}.", effects, figures, (NO_PROOF,)
        ),
    )


PRE_TRENDS = Supplement(
    name="pre_trends",
    label="Before the adoption",
    question="Did platforms move in parallel before some of them adopted?",
    run=run,
)
