"""An amendment of what tells the clocks: every reader sees the store before it or after it, whenever it dies."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from experiments import durable, store
from experiments.pilot import evaluation, ingest
from experiments.store import Store
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FROM_THE_EVENT = DECLARED.replace("outcomes:", "exposure: {event: shown}\noutcomes:")
LOG = "unit,occurred_at,event,arm\n" + "".join(
    f"u{n},2026-03-01,assigned,{('none', 'warning')[n % 2]}\n"
    f"u{n},2026-03-10,shown,\n"
    f"u{n},2026-03-{3 if n % 3 else 12:02},click,\n"
    for n in range(12)
)
LOG += "u0,2026-03-31,click,\n"  # outside every week, which the log thereby covers


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setenv("WATCHKEEPER_TEMP", str(tmp_path))
    held = SmallPilot(tmp_path, FROM_THE_EVENT)
    held.log(LOG)
    return held


def clicked(pilot: SmallPilot) -> list[float]:
    """What is measured of each unit: by the day of its assignment eight of twelve clicked in a week, else four."""
    return sorted(pilot.measured()[0]["clicked"].tolist())


def test_the_week_runs_from_the_assignment_once_the_amendment_is_registered(pilot: SmallPilot) -> None:
    assert sum(clicked(pilot)) == 4
    pilot.declare(DECLARED, reason="Time runs from the assignment.")
    assert sum(clicked(pilot)) == 8
    pilot.declare(FROM_THE_EVENT, reason="Back again.")
    assert sum(clicked(pilot)) == 4


def test_whenever_it_dies_plan_and_clocks_are_both_as_before_or_both_as_after(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pilot.folder / "whole"
    shutil.copytree(pilot.store.path, whole)
    plans = {pilot.store.registration("small").hash: 4}
    written = _writes(monkeypatch, pilot, last=0)
    plans[pilot.store.registration("small").hash] = 8
    assert len(plans) == 2
    assert len(written) >= 5
    seen = []
    for last in range(1, len(written) + 1):
        shutil.rmtree(pilot.store.path)
        shutil.copytree(whole, pilot.store.path)
        with pytest.raises(Died):
            _writes(monkeypatch, pilot, last=last)
        seen.append(plans[Store(pilot.store.path).registration("small").hash])
        assert sum(clicked(pilot)) == seen[-1]
        pilot.log("unit,occurred_at,event,arm\nu0,2026-03-12,click,\n")
        assert sum(clicked(pilot)) == seen[-1]
        pilot.declare(DECLARED, reason="Time runs from the assignment.")
        assert sum(clicked(pilot)) == 8
        assert len(list(pilot.store.path.rglob("*.parquet"))) == len(pilot.store.manifest("small").listed)
    assert seen == sorted(seen)
    assert set(seen) == {4, 8}


def _writes(monkeypatch: pytest.MonkeyPatch, pilot: SmallPilot, *, last: int) -> list[str]:
    """Amend, and die before the write of this number; without one, the names of all that is written."""
    names: list[str] = []

    def write(path: Path, content: bytes) -> None:
        names.append(path.name)
        if len(names) == last:
            raise Died
        durable.write_whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_whole", write)
        pilot.declare(DECLARED, reason="Time runs from the assignment.")
    return names


@pytest.mark.parametrize("command", ["ingest", "evaluation"])
def test_a_plan_that_changes_meanwhile_is_the_one_that_counts(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def amend() -> None:
        monkeypatch.undo()
        outside_keys(monkeypatch, pilot.folder)
        pilot.declare(DECLARED, reason="Time runs from the assignment.")

    if command == "ingest":
        real = store.only_writer

        @contextmanager
        def waited(folder: Path) -> Iterator[None]:
            amend()
            with real(folder):
                yield

        monkeypatch.setattr(store, "only_writer", waited)
        ingest(pilot.store, "small", [pilot.file(LOG.replace("u1", "v1"), "more.csv")])
    else:
        study = Store.study

        def read(self: Store, study_id: str) -> Any:
            found = study(self, study_id)
            amend()
            return found

        monkeypatch.setattr(Store, "study", read)
    (amendment,) = evaluation(pilot.store, "small").registration.amendments
    assert amendment["reason"] == "Time runs from the assignment."
    assert sum(clicked(pilot)) >= 8
