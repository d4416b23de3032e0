"""Scores of drawn people for an attacker: findings by two methods, by level, and the course of who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t

from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding, Subgroup
from analysis.outcome import Outcome
from analysis.score_courses import ScoreBand, ScoreCourse, answered_group
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tests.bars.drawn_tables import People

SCORE = Outcome("score", "Score", "score", "secondary", unit="points")
WHEN, LEVEL = "week-4", 0.95
MOST = 24
BANDS = (ScoreBand("low", 0, 7), ScoreBand("middle", 8, 15), ScoreBand("high", 16, MOST))


def score_findings(
    people: People, contrasts: Sequence[Contrast], levels: Sequence[str], attribute: str
) -> list[Finding]:
    """The planned finding of each contrast, one with pooled variances beside it, and by level if asked for."""
    whole = np.ones(len(people.arm), bool)
    found: list[Finding | None] = []
    for contrast in contrasts:
        found += [_finding(people, contrast, whole, estimator) for estimator in ("welch_t", "student_t")]
        if people.split:
            found += [
                _finding(
                    people, contrast, people.level == level, "welch_t", Subgroup(attribute, levels[level])
                )
                for level in np.unique(people.level)
            ]
    return [finding for finding in found if finding is not None]


def course(people: People, arms: Sequence[str]) -> ScoreCourse:
    """Who was asked and who answered, arm by arm, with their means and bands."""
    groups = tuple(
        answered_group(
            np.where(people.answered, people.score, np.nan)[here],
            None,
            when=WHEN,
            arm=arm,
            level=LEVEL,
            bands=BANDS,
        )
        for place, arm in enumerate(arms)
        if (here := people.exposed & (people.arm == place)).any()
    )
    return ScoreCourse(SCORE.name, "A questionnaire", "wave", LEVEL, 0, MOST, (WHEN,), BANDS, groups)


def _finding(
    people: People,
    contrast: Contrast,
    here: NDArray[np.bool_],
    estimator: str,
    level: Subgroup | None = None,
) -> Finding | None:
    arms = tuple(_arms(people, contrast, here))
    if not all(arm.n > 1 and arm.figures["sd"] > 0 for arm in arms):
        return None
    effect = _effect(arms, pooled=estimator == "student_t")
    return Finding(
        SCORE,
        contrast,
        estimator,
        estimator == "welch_t" and level is None,
        Estimate({"mean_difference": effect}),
        arms,
        judge(SCORE, effect),
        subgroup=level,
    )


def _arms(people: People, contrast: Contrast, here: NDArray[np.bool_]) -> Iterator[ArmFigures]:
    for name in (contrast.control, contrast.treatment):
        mine = here & people.exposed & (people.arm == int(name.removeprefix("arm-")))
        scores = people.score[mine & people.answered]
        n = len(scores)
        mean, sd = (float(scores.mean()), float(scores.std(ddof=1))) if n > 1 else (0.0, 0.0)
        yield ArmFigures(name, n, int(mine.sum()) - n, {"mean": mean, "sd": sd, "value": mean}, (n,))


def _effect(arms: Sequence[ArmFigures], *, pooled: bool) -> Effect:
    (n0, mean0, v0), (n1, mean1, v1) = ((arm.n, arm.figures["mean"], arm.figures["sd"] ** 2) for arm in arms)
    df = float(n0 + n1 - 2)
    if pooled:
        v0 = v1 = ((n0 - 1) * v0 + (n1 - 1) * v1) / df
    else:
        df = (v0 / n0 + v1 / n1) ** 2 / (v0**2 / n0**2 / (n0 - 1) + v1**2 / n1**2 / (n1 - 1))
    se = float(np.sqrt(v0 / n0 + v1 / n1))
    half, apart = float(t.ppf(0.975, df)) * se, mean1 - mean0
    return Effect(
        apart, apart - half, apart + half, se=se, df=df, p_value=float(2 * t.sf(abs(apart) / se, df))
    )
