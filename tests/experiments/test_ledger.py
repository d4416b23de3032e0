"""What everybody could see of a study stays on record, and the next release is held against it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.cli import main
from experiments.faults import Fault, Gate
from experiments.inspection import inspect
from experiments.keys import remove_key
from experiments.ledger import FILE, FOLDER, read
from experiments.pilot import evaluation, forget
from experiments.purging import purge
from experiments.releasing import released
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from analysis.disclosure import Release

ROOT = Path(__file__).parents[2]
HEADER = "unit,occurred_at,event,arm\n"


def people(first: int, last: int) -> str:
    """Units in turn in both arms, every third of whom clicks."""
    return "".join(
        f"u{n},2026-03-01,assigned,{'none' if n % 2 else 'warning'}\n"
        + (f"u{n},2026-03-02,click,\n" if n % 3 == 0 else "")
        for n in range(first, last)
    )


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    """A pilot of 200 people."""
    outside_keys(monkeypatch, tmp_path)
    pilot = SmallPilot(tmp_path, DECLARED)
    pilot.log(HEADER + people(0, 200))
    return pilot


def let_out(pilot: SmallPilot, policy: str = "public") -> Release:
    return released(pilot.store, "small", evaluation(pilot.store, "small"), policy)


def ledger(pilot: SmallPilot) -> Path:
    return pilot.store.folder("small") / FOLDER / FILE


def test_a_public_release_is_noted_once_however_often_it_is_looked_at(filled: SmallPilot) -> None:
    first = let_out(filled)
    assert let_out(filled).findings == first.findings
    entries = read(filled.store, "small")
    assert [(entry.number, entry.policy, entry.refused) for entry in entries] == [(1, "public", "")]
    assert entries[0].published.population["units"] == 200


def test_other_figures_of_the_same_counts_are_another_release(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A method that changed tells other figures of the same people: what was told before stays on record."""
    found = evaluation(filled.store, "small")
    checked = next(check for check in found.checks if check.p_value is not None)
    other = replace(checked, p_value=0.25)
    checks = tuple(other if check is checked else check for check in found.checks)
    for each in (found, replace(found, checks=checks), found):
        released(filled.store, "small", each, "public")
    one, two = read(filled.store, "small")
    assert one.published == two.published
    assert one.digest != two.digest


def test_the_time_and_the_version_of_a_release_do_not_make_it_another(filled: SmallPilot) -> None:
    found = evaluation(filled.store, "small")
    later = replace(found.provenance, created_at="2031-01-01T00:00:00Z", watchkeeper="9.9.9")
    for each in (found, replace(found, provenance=later)):
        released(filled.store, "small", each, "public")
    assert len(read(filled.store, "small")) == 1


def test_an_internal_release_is_nobodys_record(filled: SmallPilot) -> None:
    let_out(filled, "internal")
    assert read(filled.store, "small") == ()
    assert not ledger(filled).exists()


def test_the_study_file_says_how_counts_are_rounded(filled: SmallPilot) -> None:
    assert let_out(filled).flow[0].total.text == "200"
    filled.declare(DECLARED + "release: {public: {rounding: midpoint-10}}\n")
    assert let_out(filled).flow[0].total.text == "about 195"
    assert [entry.published.rounded for entry in read(filled.store, "small")] == [False, True]


def test_after_a_few_withdrew_what_was_released_stays_in_force(filled: SmallPilot) -> None:
    let_out(filled)
    forget(filled.store, "small", ["u7", "u8", "u9"])
    with pytest.raises(Gate, match="Fewer than 10 people came or went") as refused:
        let_out(filled)
    assert refused.value.exit_code == 3
    with pytest.raises(Gate):
        let_out(filled)
    assert [bool(entry.refused) for entry in read(filled.store, "small")] == [False, True]


def test_a_few_who_came_as_others_went_are_noticed_too(filled: SmallPilot) -> None:
    let_out(filled)
    forget(filled.store, "small", ["u7", "u8", "u9"])
    filled.log(HEADER + people(302, 305), "more.csv")
    assert evaluation(filled.store, "small").data.units == 200
    with pytest.raises(Gate, match="Fewer than 10 people came or went"):
        let_out(filled)


def test_many_more_people_are_released_anew(filled: SmallPilot) -> None:
    let_out(filled)
    filled.log(HEADER + people(300, 420), "more.csv")
    assert let_out(filled).flow[0].total.text == "320"


def test_nothing_of_a_unit_is_in_the_ledger_and_forgetting_leaves_it_whole(filled: SmallPilot) -> None:
    let_out(filled)
    before = ledger(filled).read_bytes()
    forget(filled.store, "small", ["u7"])
    assert ledger(filled).read_bytes() == before
    assert b"u7" not in before
    assert inspect(filled.store, "small").wrong == ()


def test_purging_leaves_the_ledger_and_the_same_release(filled: SmallPilot) -> None:
    first = let_out(filled)
    purge(filled.store, "small", early=True, key=True)
    assert inspect(filled.store, "small").wrong == ()
    assert let_out(filled).findings == first.findings
    assert len(read(filled.store, "small")) == 1


@pytest.mark.parametrize("change", ["edit", "cut", "gone", "swap"])
def test_verify_says_that_the_ledger_was_changed_and_nothing_is_released(
    filled: SmallPilot, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    let_out(filled)
    filled.log(HEADER + people(300, 420), "more.csv")
    let_out(filled)
    path = ledger(filled)
    one, two = path.read_bytes().splitlines(keepends=True)
    changed = {"edit": one.replace(b"200", b"207") + two, "cut": one, "swap": two + one}
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(changed[change])
    assert main(["--store", str(filled.store.path), "verify", "small"]) == 1
    assert "ledger of small" in capsys.readouterr().out
    with pytest.raises(Fault, match="ledger of small"):
        let_out(filled)


def test_without_its_key_the_ledger_cannot_be_told_from_a_forged_one(filled: SmallPilot) -> None:
    let_out(filled)
    remove_key("small.ledger", store=filled.store.path)
    with pytest.raises(Fault, match="key of small"):
        let_out(filled)


def test_a_kept_release_imports_no_solver(filled: SmallPilot) -> None:
    let_out(filled)
    code = (
        "import sys; from pathlib import Path; from experiments.store import Store\n"
        "from experiments.pilot import stored_evaluation\n"
        "from experiments.releasing import released\n"
        f"store = Store(Path({str(filled.store.path)!r}))\n"
        "released(store, 'small', stored_evaluation(store, 'small'), 'public')\n"
        "print('scipy.optimize' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_an_export_is_public_unless_it_is_asked_for_otherwise(filled: SmallPilot) -> None:
    def exported(*words: str) -> str:
        out = filled.folder / "chart.csv"
        words = ("--store", str(filled.store.path), "export", "small", "--chart", "flow", "--quiet", *words)
        words = (*words, "--out", str(out))
        assert main(list(words)) == 0
        return out.read_text()

    assert ",internal," in exported("--policy", "internal")
    assert read(filled.store, "small") == ()
    assert ",public," in exported()
    assert len(read(filled.store, "small")) == 1


def test_an_export_that_is_refused_ends_with_3_and_one_sentence(
    filled: SmallPilot, capsys: pytest.CaptureFixture[str]
) -> None:
    let_out(filled)
    forget(filled.store, "small", ["u7"])
    out = filled.folder / "chart.csv"
    assert main(["--store", str(filled.store.path), "export", "small", "--out", str(out)]) == 3
    assert not out.exists()
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "Rule 4 of releases" in said


def test_lines_are_json_and_hold_a_mac_of_the_line_before(filled: SmallPilot) -> None:
    let_out(filled)
    [line] = ledger(filled).read_bytes().splitlines()
    document: dict[str, Any] = json.loads(line)
    assert document["entry"]["before"] == "0" * 64
    assert len(document["mac"]) == 64


def test_a_study_registered_anew_after_its_store_was_thrown_away_begins_a_ledger_of_its_own(
    filled: SmallPilot, tmp_path: Path
) -> None:
    let_out(filled)
    before = filled.store.registration("small").registered_at
    shutil.rmtree(filled.store.path)
    while datetime.now(UTC).isoformat(timespec="seconds")[:19] == before[:19]:
        time.sleep(0.05)  # a registration is told by its second
    again = SmallPilot(tmp_path, DECLARED)
    again.log(HEADER + people(0, 200))
    let_out(again)
    assert [entry.number for entry in read(again.store, "small")] == [1]


def test_a_ledger_that_is_gone_is_noticed_as_long_as_the_registration_is_the_same(filled: SmallPilot) -> None:
    let_out(filled)
    shutil.rmtree(ledger(filled).parent)
    with pytest.raises(Fault, match=r"last 1 lines? of the ledger"):
        read(filled.store, "small")
