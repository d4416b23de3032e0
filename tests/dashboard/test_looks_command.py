"""`watchkeeper looks`, as a user meets it."""

from __future__ import annotations

import json

import pytest

from dashboard.cli import main


def test_boundaries_are_printed_look_by_look(capsys):
    assert main(["looks", "--fractions", "0.5,1"]) == 0
    first, second, inflation = capsys.readouterr().out.splitlines()
    assert "z 2.9626" in first
    assert "z 1.9686" in second
    assert inflation.startswith("units, over those of a single look: 1.0")


def test_harm_has_a_boundary_of_its_own_that_is_less_strict(capsys):
    assert main(["looks", "--fractions", "0.25,0.5,1", "--json"]) == 0
    looks = json.loads(capsys.readouterr().out)["looks"]
    assert all(look["harm_z"] < look["z"] for look in looks)


def test_looks_that_were_taken_are_read_from_a_table(capsys, tmp_path):
    table = tmp_path / "looks.csv"
    table.write_text("n,estimate,variance\n500,-0.012,0.0004\n1000,-0.021,0.00021\n")
    assert main(["looks", str(table), "--mixing", "0.0004", "--best-at", "2000", "--json"]) == 0
    [_, last] = json.loads(capsys.readouterr().out)["looks"]
    assert last["p_value"] == pytest.approx(0.856116446091265)
    assert last["sequence_high"] == pytest.approx(-0.021 + 0.0446851559626748)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("500,0.1,0.01\n400,0.1,0.01\n", "cannot be in this order"),
        ("500,0.1,0\n", "variance is not above 0"),
        ("500,,0.01\n", "lacks a number"),
        ("500,high,0.01\n", "holds text in line 2"),
    ],
)
def test_a_table_that_does_not_fit_is_a_fault_in_a_sentence(rows, says, capsys, tmp_path):
    table = tmp_path / "looks.csv"
    table.write_text("n,estimate,variance\n" + rows)
    assert main(["looks", str(table), "--mixing", "0.0004", "--best-at", "2000"]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--fractions", "half,1"],
        ["--fractions", "0.5,1", "--alpha", "0.7"],
        ["--fractions", "0.5,1", "--spending", "power-family", "--parameter", "-1"],
        ["table.csv"],
    ],
)
def test_wrong_use_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["looks", *words])
    assert ended.value.code == 2


def test_shares_that_do_not_rise_are_refused(capsys):
    assert main(["looks", "--fractions", "1,0.5"]) == 1
    assert "rise" in capsys.readouterr().err
