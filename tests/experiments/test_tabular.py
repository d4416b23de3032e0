"""A table that somebody already has: contrasts, counts files, and faults that say what to do."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evaluation import Evaluation
from analysis.refusal import Refusal
from experiments.faults import Fault
from experiments.tables.question import Question
from experiments.tables.tabular import estimate


@pytest.fixture
def honeypot(tmp_path: Path) -> Path:
    """Three arms; who stayed away, as published for a honeypot site (40 of 81, 52 of 99, 27 of 100)."""
    arms = {"control": (27, 100), "ip-trace": (40, 81), "illegality": (52, 99)}
    rows = [(arm, int(i < stayed)) for arm, (stayed, n) in arms.items() for i in range(n)]
    path = tmp_path / "honeypot.csv"
    pd.DataFrame(rows, columns=["arm", "stayed"]).to_csv(path, index=False)
    return path


def asked(table: Path, **words: Any) -> Evaluation:
    question = Question(table=table, kind="proportion", outcome="stayed", better="higher")
    return estimate(replace(question, **words))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_treatment_is_compared_with_the_control_that_the_names_give_away(honeypot: Path) -> None:
    found = asked(honeypot)
    defaults = [f for f in found.findings if f.default]
    assert [f.contrast.treatment for f in defaults] == ["illegality", "ip-trace"]
    odds = [f.estimate.effects["odds_ratio"].estimate for f in defaults]
    assert odds == pytest.approx([2.9913, 2.6378], abs=5e-5)
    assert [f.verdict for f in defaults] == ["benefit", "benefit"]
    assert all(f.adjusted_by == "holm" for f in defaults)


def test_an_estimator_without_p_values_claims_no_benefit_in_a_family(honeypot: Path) -> None:
    first = [f for f in asked(honeypot, estimator="newcombe").findings if f.default]
    assert [f.effect.low is not None and f.effect.low > 0 for f in first] == [True, True]
    assert [f.verdict for f in first] == ["inconclusive", "inconclusive"]
    alone = asked(honeypot, estimator="newcombe", treatment="ip-trace").findings[0]
    assert alone.verdict == "benefit"


def test_what_was_done_to_covariates_and_strata_is_said(tmp_path: Path) -> None:
    lines = [f"{i % 2},{(i * 7) % 11},3,{i if i % 9 else ''},{i % 3}" for i in range(60)]
    table = written(tmp_path, "arm,minutes,same,age,site\n" + "\n".join(lines) + "\n")
    words = {"kind": "mean", "outcome": "minutes", "covariates": ("same", "age"), "strata": "site"}
    notes = {found.estimator: found.estimate.notes for found in asked(table, **words).findings}
    assert "The covariate 'same' does not vary and was left out." in notes["ancova"]
    assert "Gaps in the covariate 'age' were filled with its mean." in notes["ancova"]
    assert notes["welch"] == ("The strata of the assignment are not used here.",)


@pytest.mark.parametrize(
    ("column", "says"),
    [([*range(299), float("inf")], "not finite"), ([f"u{i}" for i in range(300)], "250 or more")],
)
def test_a_covariate_that_is_none_is_not_estimable(column: list[object], says: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    pd.DataFrame({"arm": np.arange(300) % 2, "y": np.arange(300.0), "x": column}).to_csv(path, index=False)
    (refused,) = asked(path, kind="mean", outcome="y", covariates=("x",)).not_estimable
    assert says in refused.reason


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("arm,y\n0,1e200\n0,2e200\n1,1\n1,3\n", {"kind": "mean", "outcome": "y"}, "too large"),
        ("arm,y,o\n0,1,1000\n1,1,1\n", {"kind": "count", "outcome": "y", "offset": "o"}, "exposure"),
    ],
)
def test_numbers_beyond_computing_are_not_estimable(
    text: str, words: dict[str, object], says: str, tmp_path: Path
) -> None:
    assert says in asked(written(tmp_path, text), **words).not_estimable[0].reason


def test_one_treatment_can_be_asked_for(honeypot: Path) -> None:
    assert {f.contrast.treatment for f in asked(honeypot, treatment="ip-trace").findings} == {"ip-trace"}


def test_the_estimator_asked_for_comes_first_and_the_others_follow(honeypot: Path) -> None:
    found = asked(honeypot, treatment="ip-trace", estimator="newcombe").findings
    assert [(f.estimator, f.default) for f in found] == [
        ("newcombe", True),
        ("score_interval", False),
        ("fisher_exact", False),
    ]


def test_a_counts_file_gives_the_very_same_answer_as_rows(honeypot: Path, tmp_path: Path) -> None:
    counts = written(tmp_path, "arm,n,events\ncontrol,100,27\nip-trace,81,40\nillegality,99,52\n")
    assert asked(counts, counts=True).findings == asked(honeypot).findings


def test_shared_event_totals_give_a_rate_ratio(tmp_path: Path) -> None:
    table = written(tmp_path, "arm,events,days\n0,60,1000\n1,30,1000\n")
    (found,) = asked(table, kind="count", counts=True, exposure="days").findings
    assert found.effect.estimate == pytest.approx(0.5)
    assert found.verdict == "inconclusive"


def test_an_offset_is_the_logarithm_of_an_exposure(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"arm": np.arange(80) % 2, "days": rng.integers(1, 9, 80)})
    frame["searches"] = rng.poisson(frame["days"] * 0.8)
    frame["log_days"] = np.log(frame["days"])
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    plain = asked(path, kind="count", outcome="searches", exposure="days").findings[0].effect
    logged = asked(path, kind="count", outcome="searches", offset="log_days").findings[0].effect
    assert logged.estimate == pytest.approx(plain.estimate, rel=1e-9)


def test_parquet_compressed_and_plain_csv_are_told_apart_by_their_bytes(
    honeypot: Path, tmp_path: Path
) -> None:
    plain = asked(honeypot).findings
    packed, columns = tmp_path / "packed", tmp_path / "columns.txt"
    packed.write_bytes(gzip.compress(honeypot.read_bytes()))
    pd.read_csv(honeypot).to_parquet(columns)
    assert asked(packed).findings == plain
    assert asked(columns).findings == plain


def test_clusters_are_analysed_as_clusters(tmp_path: Path) -> None:
    rows = [(team, team % 2, team + i) for team in range(8) for i in range(5)]
    path = tmp_path / "teams.csv"
    pd.DataFrame(rows, columns=["team", "arm", "score"]).to_csv(path, index=False)
    found = asked(path, kind="score", outcome="score", layout="clustered", cluster="team").findings[0]
    assert found.estimator == "cluster_robust"
    assert found.estimate.clusters == {"control": 4, "treatment": 4}


def test_a_missing_outcome_is_counted_not_guessed(tmp_path: Path) -> None:
    table = written(tmp_path, "arm,stayed\n0,1\n0,0\n0,\n1,1\n1,0\n1,1\n")
    control, treatment = asked(table).findings[0].arms
    assert (control.n, control.missing) == (2, 1)
    assert (treatment.n, treatment.missing) == (3, 0)


def test_an_arm_may_be_called_none_or_na(tmp_path: Path) -> None:
    table = written(tmp_path, "arm,stayed\nNone,1\nNone,0\nNA,1\nNA,NA\n")
    control, treatment = asked(table, control="None").findings[0].arms
    assert (control.arm, treatment.arm) == ("None", "NA")
    assert (treatment.n, treatment.missing) == (1, 1)


def test_a_bare_table_claims_no_cause(honeypot: Path) -> None:
    assert not asked(honeypot).plan.randomised


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("", {}, "is empty"),
        ("arm,stayed\n", {}, "no rows"),
        ("arm,stayd\n0,1\n1,0\n", {}, 'Did you mean "stayd"'),
        ("arm,stayed\n0,1\n1,yes\n", {}, 'The column "stayed" holds text in line 3'),
        ("arm,stayed\n0,1\n,1\n", {}, '"arm" is empty in 1 of 2 rows'),
        ("arm,stayed\n0,1\n0,1\n", {}, "only one arm"),
        ("arm,stayed\na,1\nb,1\n", {}, "Name it with --control"),
        ("arm,stayed\n0,1\n1,1\n", {"control": "2"}, "No row of the column"),
        ("arm,stayed\ncontrol,1\nwarned,1\n", {"treatment": "warmed"}, 'Did you mean "warned"'),
        ("arm,stayed\n0,1\n1,1\n", {"control": "0", "treatment": "0"}, "same arm"),
        ("arm,stayed\n0,1\n1,1\n", {"kind": "propotion"}, 'Did you mean "proportion"'),
        ("arm,stayed\n0,1\n1,1\n", {"layout": "latin-square"}, 'no layout "latin-square"'),
        ("arm,stayed\n0,1\n1,1\n", {"layout": "clustered"}, "--cluster"),
        ("arm,stayed\n0,1\n1,1\n", {"estimator": "newcomb"}, 'Did you mean "newcombe"'),
        ("arm,stayed,d\n0,1,2\n1,1,3\n", {"exposure": "d"}, "no exposure"),
        ("arm,stayed,d\n0,1,2\n1,1,3\n", {"kind": "count", "exposure": "d", "offset": "d"}, "not both"),
        ("arm,stayed,u\n0,1,a\n1,1,a\n", {"unit": "u"}, "more than one row (1 too many)"),
        ("arm,stayed,cluster\n0,1,1\n1,1,2\n", {"covariates": ("cluster",)}, "Rename"),
        ("arm,stayed,t\n0,1,1\n1,1,2\n", {"cluster": "t"}, "Add --layout clustered"),
        ("arm,stayed\n0,1\n1,1\n", {"margin": 1.0}, "margin of 1 or more"),
        ("arm,n,events\n0,10,1\n1,10,2\n", {"counts": True, "covariates": ("x",)}, "has no covariates"),
        ("arm,n,events\n0,10,12\n1,10,2\n", {"counts": True}, "Line 2 cannot be"),
        ("arm,n,events\n0,10,\n1,10,2\n", {"counts": True}, "Line 2 has no number in the column 'events'"),
        ("arm,n,events\n0,10,1\n0,10,2\n", {"counts": True}, "several rows"),
        ("arm,n\n0,10\n1,10\n", {"counts": True}, 'no column "events"'),
        ("arm,n,events\n0,10,1\n1,10,2\n", {"counts": True, "layout": "clustered"}, "one row an arm"),
    ],
)
def test_faults_say_what_was_found_and_what_to_do(
    text: str, words: dict[str, object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(Fault) as fault:
        asked(written(tmp_path, text), **words)
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_file_that_is_no_table_and_one_that_is_not_there_are_faults(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and nothing else")
    for path, says in (
        (picture, "cannot be read"),
        (broken, "cannot be read"),
        (tmp_path / "no.csv", "no file"),
    ):
        with pytest.raises(Fault, match=says):
            asked(path)
    with pytest.raises(Fault, match="cannot be opened"):
        asked(tmp_path)


def test_an_estimator_for_another_kind_is_refused_with_those_that_fit(honeypot: Path) -> None:
    with pytest.raises(Refusal, match="score_interval, fisher_exact, newcombe"):
        asked(honeypot, estimator="welch")


def test_an_impossible_value_for_the_kind_is_not_estimable(tmp_path: Path) -> None:
    found = asked(written(tmp_path, "arm,stayed\n0,1\n1,3\n"))
    assert found.findings == ()
    assert "neither 0 nor 1" in found.not_estimable[0].reason
