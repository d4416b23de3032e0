"""A company that shares one row an arm gets what it would get from its units' rows, to the last digits."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from analysis.outcome import kinds
from experiments.tables.question import Question
from experiments.tables.tabular import estimate

SIZES = {"control": 61, "law": 83, "help": 40}
SHARED = [kind.name for kind in kinds().values() if kind.from_counts is not None]


def rows_of(kind: str) -> pd.DataFrame:
    """Three arms of units with an effect in one, as a table has them."""
    rng, drawn = np.random.default_rng(8), []
    for arm, size in SIZES.items():
        effect = {"proportion": 0.1, "count": 1.3, "ratio": 0.1}.get(kind, 4.0) if arm == "law" else None
        parts = kinds()[kind].draw(rng, size, kinds()[kind].primary_scale.null if effect is None else effect)
        drawn.append(pd.DataFrame({"arm": arm, **parts}))
    return pd.concat(drawn, ignore_index=True)


def counts_of(kind: str, rows: pd.DataFrame) -> list[dict[str, float | str]]:
    """What each arm would share: computed by pandas, not by our summaries."""
    told: list[dict[str, float | str]] = []
    for arm, held in rows.groupby("arm", sort=False):
        if kind == "ratio":
            above, below = held["numerator"], held["denominator"]
            figures = {
                "numerator": above.sum(),
                "denominator": below.sum(),
                "numerator_sd": above.std(),
                "denominator_sd": below.std(),
                "covariance": above.cov(below),
            }
        else:
            y = held["value"]
            figures = {"events": y.sum(), "mean": y.mean(), "sd": y.std()}
            figures |= {"exposure": held["exposure"].sum()} if kind == "count" else {}
        told.append({"arm": str(arm), "n": len(held), **{name: float(f) for name, f in figures.items()}})
    return told


@pytest.mark.parametrize("kind", SHARED)
@pytest.mark.parametrize("adjust", ["holm", "dunnett"])
def test_counts_and_rows_give_the_same_figures(kind, adjust, tmp_path):
    rows = rows_of(kind)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    with (tmp_path / "counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(counts_of(kind, rows)[0]))
        writer.writeheader()
        writer.writerows(counts_of(kind, rows))
    columns = {"numerator": "numerator", "denominator": "denominator"} if kind == "ratio" else {}
    columns |= {"exposure": "exposure"} if kind == "count" else {}
    asked = {"kind": kind, "outcome": "value", "arm": "arm", "control": "control", "adjust": adjust}
    shared = estimate(Question(tmp_path / "counts.csv", **asked, counts=True))
    loaded = estimate(Question(tmp_path / "rows.csv", **asked, **columns))
    from_rows = {(f.contrast.treatment, f.estimator): f for f in loaded.findings}
    assert shared.findings
    for finding in shared.findings:
        other = from_rows[finding.contrast.treatment, finding.estimator]
        for scale, effect in finding.estimate.effects.items():
            assert figures(effect) == pytest.approx(
                figures(other.estimate.effects[scale]), rel=1e-12, abs=1e-14
            )
        for name, figure in finding.estimate.parameters.items():
            assert figure == pytest.approx(other.estimate.parameters[name], rel=1e-12, abs=1e-14), name


def test_every_estimator_that_works_from_summaries_is_compared(tmp_path):
    (tmp_path / "counts.csv").write_text("arm,n,mean,sd\na,9,1,1\nb,9,2,1\nc,8,2,1\n", encoding="utf-8")
    found = estimate(Question(tmp_path / "counts.csv", "mean", "y", control="a", counts=True))
    assert {finding.estimator for finding in found.findings} == {"welch", "dunnett"}


def figures(effect):
    told = (effect.estimate, effect.low, effect.high, effect.se, effect.df, effect.p_value)
    return [figure for figure in told if figure is not None]
