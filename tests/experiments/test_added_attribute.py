"""A log that is taken in again after the study took up an attribute brings that attribute, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOG = """\
unit,occurred_at,event,arm,country,age
u1,2026-03-01T10:00:00Z,assigned,none,FR,old
u2,2026-03-01T10:00:00Z,assigned,warning,,
u1,2026-03-02T10:00:00Z,click,,,
u2,2026-03-03T10:00:00Z,click,,,
u2,2026-03-20T10:00:00Z,click,,,
"""


def attributes(pilot: SmallPilot) -> list[tuple[str | None, ...]]:
    """What the list of units says of each unit: arm, and country if it has one."""
    from pyarrow import parquet

    (path,) = pilot.store.paths("small", pilot.store.manifest("small").units)
    rows = parquet.read_table(path).to_pylist()
    return sorted((row["arm"], row.get("attribute.country")) for row in rows)


def test_only_assignments_that_now_hold_the_attribute_are_new_and_they_bring_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = SmallPilot(tmp_path)
    assert pilot.log(LOG).accepted == 5
    before = pilot.measured()[0]
    assert before["clicked"].tolist() == [1, 1]
    pilot.declare(DECLARED + "log: {attributes: [country]}\n", reason="Countries may differ.")
    again = pilot.log(LOG)
    assert (again.accepted, again.duplicates, again.rejected) == (1, 4, 0)
    assert attributes(pilot) == [("none", "FR"), ("warning", None)]
    after = pilot.measured()[0]
    assert after["clicked"].tolist() == before["clicked"].tolist()
    assert len(after) == len(before) == 2
    assert pilot.log(LOG).accepted == 0
