"""Cases of several arms against one control."""

from __future__ import annotations

from experiments.tables.question import Question
from experiments.tables.tabular import estimate
from tests.references.asking import HERE, Figures


def dunnett(case: str) -> Figures:
    question = Question(HERE / case / "data.csv", "mean", "y", arm="g", control="b0", adjust="dunnett")
    figures: Figures = {}
    for found in estimate(question).findings:
        if found.estimator == "dunnett":
            arm, effect = found.contrast.treatment, found.effect
            told = {"est": effect.estimate, "se": effect.se, "lower": effect.low, "upper": effect.high}
            told["p_dunnett"] = found.p_adjusted
            figures |= {f"{name}_{arm}": figure for name, figure in told.items() if figure is not None}
            figures["critical_value"] = found.estimate.parameters["critical_value"]
    return figures


FAMILIES = {"dunnett": dunnett}
