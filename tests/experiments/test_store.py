"""The store keeps what it was given: through crashes, full disks, flipped bits and second writers."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from experiments import keys
from experiments.durable import sealed, unsealed
from experiments.faults import Fault, Gate
from experiments.pilot import evaluation, ingest, register, rejects, stored_evaluation
from experiments.store import Store
from experiments.waiting import only_writer
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "unit,occurred_at,event,arm\n"
FIRST = HEADER + "a,2026-03-01,assigned,none\nb,2026-03-01,assigned,warning\nb,2026-03-20,click,\n"
SECOND = (
    HEADER + "c,2026-03-01,assigned,none\nd,2026-03-01,assigned,warning\nx,bad,click,\na,2026-03-02,click,\n"
)


class Died(BaseException):
    """The process ends here."""


def state(pilot: SmallPilot) -> tuple[Any, ...]:
    """What a reader sees: counts, the measured table's hash, the rejected rows."""
    manifest = Store(pilot.store.path).manifest("small")
    return manifest.events, len(manifest.files), pilot.measured()[2].hash, tuple(pilot.rejected())


def calls(monkeypatch: pytest.MonkeyPatch, act: Callable[[int, Callable[..., Any]], None]) -> list[str]:
    """Watch every call that makes something durable; `act(number, real)` may stop it."""
    seen: list[str] = []
    for name in ("fsync", "replace", "open"):
        real = getattr(os, name)

        def watched(*words: Any, real: Any = real, name: str = name, **more: Any) -> Any:
            if name != "open" or words[1] & os.O_WRONLY:
                seen.append(name)
                act(len(seen), real)
            return real(*words, **more)

        monkeypatch.setattr(os, name, watched)
    return seen


@pytest.mark.parametrize("kind", [Died, OSError(errno.ENOSPC, "No space left on device")])
def test_whenever_an_ingest_dies_nothing_is_lost_doubled_or_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    outside_keys(monkeypatch, tmp_path)
    begun = SmallPilot(_folder(tmp_path, "begun"))
    begun.log(FIRST, "first.csv")
    before = state(begun)
    whole = SmallPilot(shutil.copytree(begun.folder, tmp_path / "whole"))
    with monkeypatch.context() as patch:
        seen = calls(patch, lambda _number, _real: None)
        whole.log(SECOND, "second.csv")
    after = state(whole)
    assert before != after
    assert len(seen) >= 12  # four files: their content, their names
    for last in range(1, len(seen) + 1):
        pilot = SmallPilot(shutil.copytree(begun.folder, tmp_path / f"died-{last}"))

        def die(number: int, _real: Any, last: int = last) -> None:
            if number == last:
                raise kind

        with monkeypatch.context() as patch:
            calls(patch, die)
            with pytest.raises((Died, Fault)):
                pilot.log(SECOND, "second.csv")
        assert state(pilot) in (before, after)
        pilot.log(SECOND, "second.csv")
        assert state(pilot) == after
        assert not list(pilot.store.path.rglob("*.unfinished"))


def _folder(base: Path, name: str) -> Path:
    folder = base / name
    folder.mkdir()
    return folder


def test_a_flipped_bit_or_a_cut_in_any_file_of_the_store_is_noticed(pilot: SmallPilot) -> None:
    pilot.log(FIRST, "first.csv")
    pilot.log(SECOND, "second.csv")
    files = [p for p in (pilot.store.path / "small").rglob("*") if p.is_file() and p.name != ".lock"]
    assert {p.parent.name for p in files} == {"small", "declarations", "segments", "units", "rejects"}
    for path in files:
        content = path.read_bytes()
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        for broken in (flipped, content[:-1], b""):
            path.write_bytes(broken)
            with pytest.raises(Fault, match=r"damaged|changed"):
                _read_everything(pilot)
        path.write_bytes(content)
    _read_everything(pilot)


def _read_everything(pilot: SmallPilot) -> None:
    pilot.measured()
    rejects(pilot.store, "small")
    pilot.log(HEADER + "a,2026-03-02,click,\n", "third.csv")


def test_a_second_writer_is_told_in_one_sentence(pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_WAIT", "0")
    held = f"""
import sys
from pathlib import Path
from experiments.waiting import only_writer
with only_writer(Path({str(pilot.store.path / "small")!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Fault, match="Another watchkeeper is writing"):
            pilot.log(FIRST)
        other.communicate("")
    assert pilot.log(FIRST).accepted == 3


def test_readers_are_not_blocked_by_a_writer(pilot: SmallPilot) -> None:
    pilot.log(FIRST)
    with only_writer(pilot.store.path / "small"):
        assert len(pilot.measured()[0]) == 2


def test_registering_the_same_plan_again_changes_nothing(pilot: SmallPilot) -> None:
    first = pilot.store.registration("small")
    pilot.declare(DECLARED.replace("A small pilot", "A better title"))
    assert pilot.store.registration("small") == first
    assert pilot.store.study("small").title == "A better title"


def test_before_any_data_another_plan_replaces_the_first(pilot: SmallPilot) -> None:
    first = pilot.store.registration("small")
    pilot.declare(DECLARED.replace("days: 7", "days: 8"))
    second = pilot.store.registration("small")
    assert second.hash != first.hash
    assert second.amendments == ()


def test_after_data_another_plan_needs_a_reason_which_is_kept(pilot: SmallPilot) -> None:
    pilot.log(FIRST)
    first = pilot.store.registration("small")
    with pytest.raises(Gate, match="is locked") as gate:
        pilot.declare(DECLARED.replace("days: 7", "days: 8"))
    assert gate.value.exit_code == 3
    with pytest.raises(Gate):
        pilot.declare(DECLARED.replace("days: 7", "days: 8"), reason="  ")
    assert pilot.store.registration("small") == first
    pilot.declare(DECLARED.replace("days: 7", "days: 8"), reason="Clicks come late.")
    (amendment,) = pilot.store.registration("small").amendments
    assert amendment["reason"] == "Clicks come late."
    assert (amendment["from"], amendment["to"]) == (first.hash, pilot.store.registration("small").hash)


def test_a_sealed_document_opens_only_as_it_was() -> None:
    content = sealed({"a": 1.5, "b": ["é", None]})
    assert unsealed(content) == {"a": 1.5, "b": ["é", None]}
    for place in range(len(content)):
        assert unsealed(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]) is None


def test_the_key_is_random_private_and_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside_keys(monkeypatch, tmp_path)
    store = tmp_path / "store"
    first = keys.make_key("one", store=store)
    assert len(first) == 32
    assert keys.make_key("one", store=store) == first
    assert keys.make_key("two", store=store) != first
    if sys.platform != "win32":
        assert (tmp_path / "keys" / "one.key").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_a_fault_that_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    outside_keys(monkeypatch, tmp_path / "file")
    with pytest.raises(Fault, match=r"folder of keys, .* cannot be written .* Set WATCHKEEPER_KEYS"):
        SmallPilot(tmp_path)
    outside_keys(monkeypatch, tmp_path)
    (tmp_path / "store").write_text("")
    with pytest.raises(Fault, match=r"The store cannot be written .* nothing was changed"):
        SmallPilot(tmp_path)


def test_a_key_that_another_process_made_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    theirs = keys.make_key("one", store=tmp_path / "store")
    keys._write_new(tmp_path / "keys" / "one.key", "00" * 32)
    assert keys.read_key("one", store=tmp_path / "store") == theirs
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["one.key"]


def test_a_key_inside_the_store_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(tmp_path / "store" / "keys"))
    with pytest.raises(Fault, match="inside the store"):
        SmallPilot(tmp_path)
    assert not (tmp_path / "store").exists()


def test_without_a_setting_keys_lie_in_the_users_configuration_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WATCHKEEPER_KEYS", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert keys.folder() == tmp_path / "watchkeeper" / "keys"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    assert keys.folder() == tmp_path / "roaming" / "watchkeeper" / "keys"


def test_a_damaged_key_is_a_fault(pilot: SmallPilot, tmp_path: Path) -> None:
    pilot.log(FIRST)
    (tmp_path / "keys" / "small.key").write_text("not hex")
    with pytest.raises(Fault, match="cannot be read"):
        pilot.log(SECOND)


def test_an_evaluation_is_kept_until_data_plan_or_text_change(pilot: SmallPilot) -> None:
    rows = "".join(
        f"u{i},2026-03-01,assigned,{arm}\n" + (f"u{i},2026-03-02,click,\n" if i % share == 0 else "")
        for arm, share, span in (("none", 2, range(40)), ("warning", 3, range(40, 80)))
        for i in span
    )
    pilot.log(HEADER + rows + "u0,2026-03-20,click,\n")
    assert stored_evaluation(pilot.store, "small") is None
    first = evaluation(pilot.store, "small")
    assert stored_evaluation(pilot.store, "small") == first
    assert evaluation(pilot.store, "small") == first  # with the instant of the first computation
    for result in (pilot.store.path / "small" / "results").iterdir():
        content = result.read_bytes()
        result.write_bytes(content.replace(b"risk_difference", b"risk_differenCe", 1))
        assert stored_evaluation(pilot.store, "small") is None
        result.write_bytes(content)
    pilot.declare(DECLARED.replace("A small pilot", "Another title"))
    assert stored_evaluation(pilot.store, "small") is None
    evaluation(pilot.store, "small")
    pilot.log(HEADER + "u3,2026-03-03,click,\n", "more.csv")
    assert stored_evaluation(pilot.store, "small") is None


def test_reading_a_kept_evaluation_imports_nothing_heavy(pilot: SmallPilot) -> None:
    pilot.log(FIRST + "".join(f"v{i},2026-03-01,assigned,{('none', 'warning')[i % 2]}\n" for i in range(30)))
    evaluation(pilot.store, "small")
    script = f"""
import sys
from pathlib import Path
from experiments.pilot import stored_evaluation
from experiments.store import Store
assert stored_evaluation(Store(Path({str(pilot.store.path)!r})), "small") is not None
heavy = {{"pandas", "statsmodels", "duckdb", "pyarrow", "scipy.stats", "sqlglot"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_is_the_same_under_another_key_order_of_files_and_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = []
    for number, names in enumerate((("first.csv", "second.csv"), ("second.csv", "first.csv"))):
        monkeypatch.setenv("WATCHKEEPER_KEYS", str(tmp_path / f"keys-{number}"))
        monkeypatch.setenv("WATCHKEEPER_THREADS", str(1 + 3 * number))
        pilot = SmallPilot(_folder(tmp_path, str(number)))
        for name in names:
            pilot.log({"first.csv": FIRST, "second.csv": SECOND}[name], name)
        frames.append(pilot.measured())
    (first, _, facts), (second, _, other) = frames
    assert first.equals(second)
    assert "unit" not in first
    assert facts == other


def test_a_store_that_holds_nothing_says_so(pilot: SmallPilot, tmp_path: Path) -> None:
    assert Store(tmp_path / "nowhere").studies() == ()
    with pytest.raises(Fault, match="the store is empty"):
        Store(tmp_path / "nowhere").study("small")
    with pytest.raises(Fault, match="No events of small"):
        pilot.measured()
    with pytest.raises(Fault, match="There is no file"):
        register(pilot.store, tmp_path / "absent.yaml")
    ingest(pilot.store, "small", [pilot.file(HEADER + "a,2026-03-01,click,\n")])
    with pytest.raises(Fault, match="No unit of small"):
        pilot.measured()
