"""`watchkeeper power` and `watchkeeper allocate`, as a user meets them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from dashboard.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "experiments" / "example.yaml"
ROLLOUT = ROOT / "data" / "moderator-rollout-sim" / "study.yaml"


@pytest.fixture
def units(tmp_path):
    path = tmp_path / "units.csv"
    rows = [f"u{n:03},{'DE' if n % 3 else 'FR'},private" for n in range(60)]
    path.write_text("user,country,note\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def teams(tmp_path):
    path = tmp_path / "teams.csv"
    rows = [f"team-{n:02},{8 + n * 5 % 7},{'north' if n % 2 else 'south'},{n // 2}" for n in range(12)]
    path.write_text("team,size,site,pair\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def power(words):
    return main(["power", *words.split()])


def exit_code(words):
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main(words))
    return ended.value.code


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_size_is_told_in_a_sentence_and_a_table(capsys):
    assert power("--design individual --kind proportion --base 0.12 --effect -0.03") == 0
    out = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert out.startswith(
        "1,638 units in the control arm (3,276 in all) are needed to find a share of 9 % instead"
    )
    assert "size 1,638: power 80.0 %" in out


def test_a_study_file_brings_its_own_design_and_error_rate(capsys):
    words = ["power", str(EXAMPLE), "--effect", "entered_site=-0.05", "--units", "1000", "--base", "0.3"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["solved"], told["size"], told["asked"]["level"]) == ("power", 500, 0.95)
    assert told["notes"][0].startswith("The power is that of one look")


def test_a_stepped_wedge_is_planned_with_the_days_of_its_steps(capsys):
    assert main(["power", str(ROLLOUT), "--units", "400", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["size"] == len(told["asked"]["schedule"]) == 8
    assert {row["cac"] for row in told["curve"]} == {0.6, 0.7, 0.8, 0.9, 1.0}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "give a study file or --design"),
        ("--design individual --kind mean", "what is left out is computed"),
        ("--design individual --kind proportion --effect 0.1", "value of base is needed"),
        ("--design individual --kind nothing --effect 0.1", "The kind must be one of"),
        ("--design individual --kind mean --effect 1 --n 9 --power 0.8", "nothing is left to compute"),
        ("--design cluster --kind mean --effect 1 --icc 0.1", "number of clusters in each arm"),
        (
            "--design crossover --kind proportion --base 0.1 --icc 0.1 --n 9",
            "planned for one of: mean, score",
        ),
        ("--design interrupted-series --effect x", "must be a number"),
    ],
)
def test_wrong_use_ends_in_exit_code_2_with_a_sentence(words, says, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["power", *words.split()])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_design_that_can_never_find_anything_is_refused_with_a_reason(capsys):
    assert power("--design cluster --kind mean --icc 0.05 --cluster-size 20 --clusters 2") == 1
    assert "no p-value" in capsys.readouterr().err


def test_the_same_seed_draws_the_same_list_and_another_seed_another(units, tmp_path):
    words = ["allocate", str(EXAMPLE), "--units", str(units), "--unit", "user"]
    for name, seed in (("one", "7"), ("same", "7"), ("other", "8")):
        assert main([*words, "--seed", seed, "--out", str(tmp_path / f"{name}.csv")]) == 0
    lists = [(tmp_path / f"{name}.csv").read_bytes() for name in ("one", "same", "other")]
    assert lists[0] == lists[1] != lists[2]
    beside = json.loads((tmp_path / "one.csv.json").read_text(encoding="utf-8"))
    assert (beside["seed"], beside["shares"]) == (7, {"control": 1, "ip-trace": 1})
    assert beside["generator"].startswith("numpy PCG64")


def test_a_list_is_balanced_within_strata_and_leaves_other_columns_behind(units, tmp_path):
    out = tmp_path / "list.csv"
    assert main(["allocate", str(EXAMPLE), "--units", str(units), "--seed", "1", "--out", str(out)]) == 0
    rows = rows_of(out)
    assert list(rows[0]) == ["user", "country", "arm"]
    for country in ("DE", "FR"):
        arms = Counter(row["arm"] for row in rows if row["country"] == country)
        assert abs(arms["control"] - arms["ip-trace"]) <= 3


def test_a_list_is_never_written_over(units, tmp_path, capsys):
    words = [
        "allocate",
        str(EXAMPLE),
        "--units",
        str(units),
        "--seed",
        "1",
        "--out",
        str(tmp_path / "list.csv"),
    ]
    assert main(words) == 0
    assert main(words) == 1
    assert "is there already" in capsys.readouterr().err


def test_whole_clusters_are_balanced_whatever_the_order_of_the_rows(teams, tmp_path, capsys):
    words = [
        "allocate",
        "--design",
        "cluster",
        "--arms",
        "a,b",
        "--seed",
        "5",
        "--balance",
        "size",
        "--balance",
        "site",
    ]
    assert main([*words, "--units", str(teams), "--out", str(tmp_path / "one.csv")]) == 0
    assert "of 924 allocations are acceptable" in capsys.readouterr().out
    head, *lines = teams.read_text(encoding="utf-8").splitlines()
    teams.write_text("\n".join([head, *lines[::-1]]) + "\n", encoding="utf-8")
    assert main([*words, "--units", str(teams), "--out", str(tmp_path / "two.csv")]) == 0
    one, two = (
        {row["team"]: row["arm"] for row in rows_of(tmp_path / name)} for name in ("one.csv", "two.csv")
    )
    assert one == two
    assert Counter(one.values()) == {"a": 6, "b": 6}


def test_units_get_what_their_cluster_got(tmp_path):
    path, out = tmp_path / "people.csv", tmp_path / "list.csv"
    path.write_text("id,team\n" + "".join(f"p{n},t{n % 6}\n" for n in range(30)), encoding="utf-8")
    words = ["allocate", "--design", "cluster", "--arms", "a,b", "--cluster", "team", "--seed", "5"]
    assert main([*words, "--units", str(path), "--out", str(out)]) == 0
    assert len({(row["team"], row["arm"]) for row in rows_of(out)}) == 6


def test_pairs_orders_and_steps_are_drawn(teams, tmp_path):
    def drawn(words, name):
        out = tmp_path / name
        assert (
            main(["allocate", *words.split(), "--units", str(teams), "--seed", "3", "--out", str(out)]) == 0
        )
        return rows_of(out), json.loads(Path(f"{out}.json").read_text(encoding="utf-8"))

    rows, beside = drawn("--design cluster --arms a,b --pairs pair", "pairs.csv")
    for pair in {row["pair"] for row in rows}:
        assert {row["arm"] for row in rows if row["pair"] == pair} == {"a", "b"}
    assert beside["smallest_p"] == 2 / 2**6
    rows, _ = drawn("--design crossover --arms a,b", "orders.csv")
    assert Counter(row["sequence"] for row in rows) == {"a > b": 6, "b > a": 6}
    assert all({row["period_1"], row["period_2"]} == {"a", "b"} for row in rows)
    rows, _ = drawn("--design stepped-wedge --steps 4", "steps.csv")
    assert Counter(row["step"] for row in rows) == {"1": 3, "2": 3, "3": 3, "4": 3}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("--design cluster", 2, "--arms is needed"),
        ("--design cluster --arms a", 2, "two arms or more"),
        ("--design individual --arms a,b --block-sizes 3", 2, "multiples of 2"),
        ("--design individual --arms a:1,b:3.14159", 1, "no simple fractions"),
        ("--design cluster --arms a,b --pairs site", 1, "into pairs"),
        ("--design cluster --arms a,b --strata nowhere", 1, "no column"),
        ("--design individual --arms a,b --unit site", 1, "more than once"),
        ("--design cluster --arms a,b --balance size=99", 2, "not a column and standard deviations"),
        ("--design stepped-wedge --steps 40", 1, "more than 12 clusters"),
    ],
)
def test_a_list_that_cannot_be_drawn_is_told_why(words, code, says, teams, tmp_path, capsys):
    asked = [
        "allocate",
        *words.split(),
        "--units",
        str(teams),
        "--seed",
        "3",
        "--out",
        str(tmp_path / "x.csv"),
    ]
    assert exit_code(asked) == code
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
