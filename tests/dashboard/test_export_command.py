"""`watchkeeper export`: from a store to a file, with one sentence where that cannot be."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from analysis.disclosure import release
from analysis.policy import policy_for
from dashboard.cli import main
from dashboard.language import LANGUAGES
from tests.support import honeypot

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.disclosure import Release
    from analysis.evaluation import Evaluation


@pytest.fixture(autouse=True)
def analysed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that holds the honeypot study, analysed."""

    def evaluation(*_: Any, **__: Any) -> Any:
        return honeypot()

    def released(_: Any, __: str, found: Evaluation, policy: str, **___: Any) -> Release:
        return release(found, policy_for(found.study or no_facts(), policy))

    monkeypatch.setattr("experiments.pilot.evaluation", evaluation)
    monkeypatch.setattr("experiments.releasing.released", released)


def no_facts() -> NoReturn:
    raise ValueError("the evaluation is of no study")


def exported(*words: object) -> int:
    return main(["export", "honeypot-2022", *map(str, words)])


@pytest.mark.parametrize(
    ("name", "start"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF"), ("csv", b"outcome,")]
)
def test_the_format_follows_from_the_name_of_the_file(tmp_path: Path, name: str, start: bytes) -> None:
    out = tmp_path / f"chart.{name}"
    assert exported("--chart", "forest", "--out", out) == 0
    assert out.read_bytes().startswith(start)


def test_a_named_format_wins_over_the_name_of_the_file(tmp_path: Path) -> None:
    out = tmp_path / "chart.picture"
    assert exported("--format", "svg", "--out", out, "--quiet") == 0
    assert out.read_bytes().startswith(b"<svg")


def test_it_lists_the_charts_of_a_study(capsys: pytest.CaptureFixture[str]) -> None:
    assert exported("--list", "--json") == 0
    assert [entry["chart"] for entry in json.loads(capsys.readouterr().out)] == [
        "design",
        "forest",
        "flow",
        "sensitivity",
    ]
    assert exported("--list") == 0
    assert capsys.readouterr().out.startswith("design ")


def test_it_prints_where_the_file_is_and_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "chart.csv"
    assert exported("--out", out, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["file"] == str(out)
    assert "22.4" in printed["says"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--chart", "forrest", "--out", "x.png"], "Did you mean forest?"),
        (["--out", "x.pgn"], "Did you mean png?"),
        (["--out", "x"], "The file's name does not say which format."),
        (["--outcome", "stayed", "--out", "x.png"], "Did you mean stayed_away?"),
        (["--width", "100", "--out", "x.png"], "A picture is 320 to 2400 pixels wide."),
        (["--out", "nowhere/x.csv"], "does not exist"),
    ],
)
def test_a_fault_is_one_sentence_and_leaves_no_file(
    words: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exported(*words) == 1
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_picture_can_speak_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "chart.svg"
    assert exported("--out", out, "--language", "fr") == 0
    assert "22,4 points de pourcentage" in capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    written = out.read_text(encoding="utf-8")
    assert 'xml:lang="fr"' in written
    assert "Bénéfice" in written
    assert "Benefit" not in written


def test_the_numbers_of_a_file_are_the_same_in_every_language(tmp_path: Path) -> None:
    rows = {}
    for spoken in LANGUAGES:
        out = tmp_path / f"{spoken}.csv"
        assert exported("--out", out, "--language", spoken, "--quiet") == 0
        rows[spoken] = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    for one, other in zip(*rows.values(), strict=True):
        assert list(one) == list(other)
        for column in ("estimate", "low", "high", "level", "p_value"):
            assert float(one[column]) == float(other[column])
        assert [one["language"], other["language"]] == list(LANGUAGES)


def test_without_a_file_it_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as stopped:
        exported("--chart", "forest")
    assert stopped.value.code == 2
