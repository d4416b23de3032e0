"""What `analyze` and `quality` print."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.check import CheckResult
from dashboard.printed import check_lines, evaluation_lines, strict_code
from tests.support import blurring, example_release, honeypot


def printed(name: str) -> str:
    return "\n".join(evaluation_lines(example_release(name)))


def test_the_honeypot_prints_the_published_odds_ratios() -> None:
    text = printed("honeypot")
    assert "odds ratio 2.64 (1.42 to 4.90)" in text
    assert "odds ratio 2.99 (1.65 to 5.41)" in text
    assert "Reconstructed data" in text


def test_refusals_are_printed_with_reason_and_remedy() -> None:
    text = " ".join(printed("blurring").split())
    assert "Too few events to estimate a dispersion. Use the negative binomial model." in text


def test_small_counts_are_not_printed() -> None:
    text = printed("peer-support")
    assert "<10 moderators have events under the other arm." in text
    assert "Counts of 1 to 9 people" in text


def test_the_worst_check_is_printed_first() -> None:
    assert "Look at this" in check_lines(example_release("peer-support"))[0]


def test_every_line_fits_a_terminal() -> None:
    assert max(len(line) for line in printed("blurring").splitlines()) <= 100


def test_a_failed_check_is_exit_code_3_under_strict(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = honeypot()
    assert strict_code(evaluation) == 0
    failed = CheckResult("sample_ratio", "fail", "The arms are not as large as declared.")
    assert strict_code(replace(evaluation, checks=(failed,))) == 3
    assert "sample_ratio" in capsys.readouterr().err


def test_each_planned_finding_is_printed_once() -> None:
    planned = [f for f in blurring().findings if f.default]
    assert printed("blurring").count("In brackets the") == len(planned)
