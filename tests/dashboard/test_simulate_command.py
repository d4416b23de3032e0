"""`watchkeeper simulate`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.cli import main

STUDY = str(Path(__file__).parents[2] / "data" / "honeypot-warnings-2022" / "study.yaml")


def test_it_says_what_it_wrote_and_what_is_true(tmp_path, capsys):
    out = tmp_path / "log.csv"
    words = ["simulate", STUDY, "--seed", "7", "--units", "300", "--effect", "stayed_away:illegality=0.25"]
    assert main([*words, "--out", str(out)]) == 0
    events = len(out.read_text(encoding="utf-8").splitlines()) - 1
    said = capsys.readouterr().out
    assert (
        said
        == f"{out}: {events:,} events of 300 units; true effects: stayed_away:illegality 0.25; no other effect.\n"
    )


def test_it_prints_one_json_document(tmp_path, capsys):
    words = ["simulate", STUDY, "--units", "100", "--effect", "stayed_away=0.1", "--json"]
    assert main([*words, "--out", str(tmp_path / "log.jsonl.gz")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "watchkeeper/simulation@1"
    assert (document["units"], document["seed"], document["effects"]) == (100, 1, {"stayed_away": 0.1})


def test_an_impossible_effect_ends_in_one_sentence_and_code_1(tmp_path, capsys):
    words = ["simulate", STUDY, "--effect", "stayed_away=0.9", "--out", str(tmp_path / "log.csv")]
    assert main(words) == 1
    assert "a probability of 1.1. Expected: a probability from 0 to 1." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--effect", "stayed_away"], "'stayed_away' is not an effect, such as entered_site=-0.05"),
        (["--effect", "stayed_away=nan"], "is not an effect"),
        (["--seed", "-1"], "'-1' is not a seed"),
        (["--units", "many"], "invalid int value"),
    ],
)
def test_a_word_that_is_no_effect_seed_or_number_is_wrong_use(words, says, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", STUDY, "--out", str(tmp_path / "log.csv"), *words])
    assert stopped.value.code == 2
    assert says in capsys.readouterr().err
