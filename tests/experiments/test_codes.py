"""Codes: whatever a study file may name can stand in a log, and nothing that tells who somebody is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.codes import CODE, NO_CODE, WHOLE
from experiments.engine import engine
from experiments.faults import Fault
from experiments.sql import part
from experiments.study_file import read_study
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.small_pilot import SmallPilot

NAMES = ["page.view", "Warning-shown_2", "w" * 39 + "-" + "x" * 23]
NO_NAMES = [
    *("jane@example.org", "example.org/help", "http:x", "www.example.fr", "example.onion", "Two words"),
    *("192.168.0.1", "2001-02-28", "06-12-34-56-78", "a1234567", "d41d8cd98f00b204", "cafe1234beef"),
    *("123e4567-e89b-12d3-a456-426614174000", "q" * 40, "x" * 64, "=1+1", "@x", "-x", "x\n", "１２", "é", ""),
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_that_a_study_file_may_use_can_stand_in_its_log(
    new_pilot: Callable[[str], SmallPilot], name: str
) -> None:
    declared = DECLARED.replace("none:", f"{name}:").replace("click,", f"{name},")
    score = "{id: s, role: secondary, kind: score, instrument: who-5, subscale: total, better: higher"
    pilot = new_pilot(declared + f"  - {score}, wave: {name}}}\nlog: {{attributes: [level]}}\n")
    intake = pilot.log(
        f"unit,occurred_at,event,arm,instrument,wave,item,value,level\n"
        f"u,2026-03-01,assigned,{name},,,,,{name}\n"
        f"u,2026-03-02,{name},,,,,,\n"
        f"u,2026-03-02,survey_item,,who-5,{name},1,3,\n"
    )
    assert (intake.accepted, intake.rejected, intake.left_behind) == (3, 0, 0)


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_could_tell_who_somebody_is_is_no_word_of_a_study_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(DECLARED.replace("event: click", f"event: {json.dumps(name)}"))
    with pytest.raises(Fault, match=r"outcomes\[0\].event: found"):
        read_study(path)


def test_what_could_tell_who_somebody_is_stays_out_of_the_store(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(DECLARED + "log: {attributes: [level]}\n")
    row = 'u,2026-03-01,assigned,none,"{}"\n'
    rows = [row.format(name) for name in NO_NAMES if name]  # an empty cell is a missing one
    intake = pilot.log("unit,occurred_at,event,arm,level\n" + row.format("low") + "".join(rows))
    assert (intake.accepted, intake.rejected) == (1, len(rows))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.from_regex(re.compile(CODE, re.ASCII), fullmatch=True), min_size=40, max_size=40))
def test_study_files_and_logs_judge_every_word_alike(words: list[str]) -> None:
    import pyarrow as pa

    query = part(
        "SELECT regexp_full_match(word, :code) AND NOT regexp_matches(word, :no_code) AS fits FROM words",
        code=CODE,
        no_code=NO_CODE,
    )
    with engine(words=pa.table({"word": words})) as opened:
        in_logs = opened.ask(query)["fits"].to_pylist()
    assert in_logs == [re.search(f"^(?:{WHOLE})$", word) is not None for word in words]
