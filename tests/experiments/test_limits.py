"""The engine keeps to its limits, says which one it met, and answers the same within any of them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.aside import LOCK, PREFIX, Aside, clear_abandoned
from experiments.engine import Engine, engine
from experiments.faults import Fault
from experiments.limits import limits
from experiments.sql import part

if TYPE_CHECKING:
    from sqlglot import exp

WIDE = """SELECT count(*) AS n, max(h) AS h FROM (
            SELECT i % 1500000 AS k, count(*) AS c, max(hash(i)) AS h,
                   min(repeat('a word of some length', 2) || i) AS w
            FROM range(2000000) AS t(i) GROUP BY i % 1500000) AS g WHERE w <> ''"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATCHKEEPER_TEMP", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("WATCHKEEPER_MEMORY", value)
            for value in ("4", "GB", "4TB", "-1GB", "0GB", "４GB", "1GB'; SELECT 1; --")
        ),
        *(("WATCHKEEPER_TEMP_SIZE", value) for value in ("4", "1.5GB")),
        *(("WATCHKEEPER_THREADS", value) for value in ("0", "257", "two", "²")),
        *(("WATCHKEEPER_TIME", value) for value in ("0", "-5", "1e3", "9" * 40)),
    ],
)
def test_a_limit_that_is_none_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Fault, match=name):
        limits({name: value})


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits({"WATCHKEEPER_MEMORY": "", "WATCHKEEPER_TIME": ""}) == limits({})


def test_the_engine_uses_as_many_threads_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_THREADS", "5")
    query = part("SELECT current_setting('threads') AS n")
    with engine() as five, engine(threads=1) as one:
        assert [opened.ask(query)["n"][0].as_py() for opened in (five, one)] == [5, 1]


def test_rows_that_memory_does_not_hold_are_put_aside_and_the_answer_is_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine() as ample:
        expected = ample.ask(part(WIDE)).to_pylist()
    monkeypatch.setenv("WATCHKEEPER_MEMORY", "80MB")
    with engine(threads=1) as small, pytest.raises(Fault, match=r"more memory .*80MB.*WATCHKEEPER_MEMORY"):
        small.ask(part(WIDE))
    with engine(threads=1, spills=True) as small:
        assert small.ask(part(WIDE)).to_pylist() == expected
    assert list(folder.iterdir()) == []


def test_too_little_temporary_space_is_said_to_be_that(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_MEMORY", "80MB")
    monkeypatch.setenv("WATCHKEEPER_TEMP_SIZE", "1MB")
    with (
        engine(threads=1, spills=True) as small,
        pytest.raises(Fault, match=r"WATCHKEEPER_TEMP_SIZE allows \(1MB\)"),
    ):
        small.ask(part(WIDE))


def test_a_question_that_takes_too_long_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_TIME", "1")
    query = part("SELECT count(*) AS n FROM range(100000000000) AS t(i) WHERE hash(i) = 5")
    with engine() as opened, pytest.raises(Fault, match=r"longer than WATCHKEEPER_TIME allows \(1 seconds\)"):
        opened.ask(query)


@pytest.mark.parametrize(
    "statement",
    [
        part("COPY (SELECT 1) TO 'x.csv'"),
        part("CREATE TABLE t AS SELECT 1 AS a"),
        part("INSERT INTO t SELECT 1"),
        part("WITH gone AS (DELETE FROM t RETURNING a) SELECT a FROM gone"),
        part("SET threads = 3"),
        part("ATTACH 'x.db'"),
        part("PRAGMA version"),
    ],
    ids=lambda statement: statement.key,
)
def test_nothing_but_a_query_is_asked(statement: exp.Expression) -> None:
    with engine() as opened, pytest.raises(ValueError, match="one SELECT"):
        opened.ask(statement)


def test_what_is_put_aside_is_private_and_goes_with_its_engine(folder: Path) -> None:
    opened = Engine(spills=True)
    (aside,) = folder.iterdir()
    assert stat.S_IMODE(aside.stat().st_mode) == 0o700
    opened.close()
    assert list(folder.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_another_uses_is_not(folder: Path) -> None:
    used, left = Aside(folder), folder / f"{PREFIX}left"
    left.mkdir()
    (left / "rows.tmp").write_bytes(b"pseudonyms")
    (left / LOCK).touch()
    clear_abandoned(folder)
    assert list(folder.iterdir()) == [used.path]
    used.remove()


def test_a_folder_for_temporary_files_that_is_none_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_TEMP", os.devnull)
    with pytest.raises(Fault, match=r"temporary files cannot be written.*WATCHKEEPER_TEMP"):
        Engine(spills=True)
