"""`watchkeeper estimate`, from words to exit code, and the result document it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analysis.estimator import estimators
from dashboard.cli import main
from dashboard.document import evaluation_document, evaluation_schema
from experiments.provenance import provenance


@pytest.fixture
def counts(tmp_path: Path) -> str:
    path = tmp_path / "counts.csv"
    path.write_text("arm,n,events\ncontrol,100,27\nillegality,99,52\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    lines = [f"{i % 2},{(i * 7) % 11},{i % 5}" for i in range(60)]
    path.write_text("arm,minutes,age\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def printed(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(words) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_document_of_a_bare_table_follows_its_schema(
    counts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = printed(["estimate", counts, "--counts", "--kind", "proportion", "--json"], capsys)
    jsonschema.validate(document, evaluation_schema())
    assert (document["study"], document["plan"]) == (None, None)
    first = document["findings"][0]
    assert first["effects"]["odds_ratio"]["estimate"] == pytest.approx(2.9913, abs=5e-5)
    assert "associated" in first["says"]
    assert "reduced" not in first["says"]


def test_a_document_out_of_shape_fails_its_schema(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = printed(["estimate", counts, "--counts", "--kind", "proportion", "--json"], capsys)
    document["findings"][0]["verdict"] = "success"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, evaluation_schema())


def test_the_document_of_a_study_follows_its_schema_and_names_the_study() -> None:
    from tests.support import EXAMPLES

    for example in EXAMPLES.values():
        document = json.loads(json.dumps(evaluation_document(example()), allow_nan=False))
        jsonschema.validate(document, evaluation_schema())
        assert document["study"]["id"]
        assert document["data"]["events"] > 0


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(evaluation_schema())


def test_the_same_table_gives_the_same_bytes_apart_from_the_time(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["estimate", rows, "--kind", "mean", "--outcome", "minutes", "--covariate", "age", "--json"]
    documents = [printed(words, capsys) for _ in range(2)]
    for document in documents:
        document["provenance"].pop("created_at")
    assert documents[0] == documents[1]


def test_in_words_the_command_shows_arms_scales_and_a_sentence(
    counts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", counts, "--counts", "--kind", "proportion", "--better", "higher"]) == 0
    shown = capsys.readouterr()
    assert "2.99 (1.65 to 5.41)" in shown.out
    assert "score_interval" in shown.out
    assert "Benefit" in shown.out
    assert shown.err == ""


def test_without_a_direction_the_command_says_which_it_took(
    counts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", counts, "--counts", "--kind", "proportion"]) == 0
    assert "lower values are taken as better" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["estimate"],
        ["estimate", "t.csv", "--outcome", "y"],
        ["estimate", "t.csv", "--kind", "mean"],
        ["estimate", "t.csv", "--kind", "mean", "--outcome", "y", "--level", "95"],
        ["estimate", "t.csv", "--kind", "mean", "--outcome", "y", "--margin", "2"],
        ["estimate", "t.csv", "--kind", "mean", "--outcome", "y", "--margin", "-2", "--better", "lower"],
        ["estimate", "t.csv", "--kind", "mean", "--outcome", "y", "--better", "sideways"],
    ],
)
def test_wrong_use_of_the_command_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_fault_of_the_table_ends_with_one_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["estimate", str(tmp_path / "no.csv"), "--kind", "mean", "--outcome", "y"]
    assert main(words) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "There is no file" in shown.err


def test_what_cannot_be_estimated_ends_with_one_its_reason_and_a_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "flat.csv"
    path.write_text("arm,y\n0,1\n0,1\n1,1\n1,1\n", encoding="utf-8")
    assert main(["estimate", str(path), "--kind", "mean", "--outcome", "y", "--json"]) == 1
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    jsonschema.validate(document, evaluation_schema())
    assert document["findings"] == []
    assert document["not_estimable"][0]["reason"] in shown.err


def test_the_list_holds_every_estimator_with_its_card(capsys: pytest.CaptureFixture[str]) -> None:
    listed = printed(["estimate", "--list", "--json"], capsys)["estimators"]
    assert [entry["name"] for entry in listed] == list(estimators())
    by_name = {entry["name"]: entry for entry in listed}
    assert by_name["score_interval"]["needs_rows"] is False
    assert by_name["ancova"]["needs_rows"] is True
    assert by_name["newcombe"]["default_for"] == []
    assert {"layout": "parallel", "kind": "count", "rows": True} in by_name["negative_binomial"][
        "default_for"
    ]
    assert all(entry["card"]["Source"] for entry in listed)


def test_the_list_is_readable_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--list"]) == 0
    assert "welch" in capsys.readouterr().out


def test_provenance_names_the_software_without_importing_it() -> None:
    made = provenance(7)
    assert made.seed == 7
    assert made.packages["numpy"].startswith("2.")
    assert made.created_at.endswith("Z")
