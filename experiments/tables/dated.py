"""Events that come again: from rows that are intervals of units to one row a unit with the times of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.tables.lasting import one_row_a_unit
from experiments.tables.question import PREFIX
from experiments.tables.table_file import labels, numbers

if TYPE_CHECKING:
    import pandas as pd

    from experiments.tables.question import Question


def dated(question: Question, frame: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """One row a unit with the times of its events; `beside` are the other columns of each row, under our names.

    Without --start a unit is under watch from 0 to the last of its times; with it, in its intervals alone.
    Raises Fault where rows cannot be the intervals of units.
    """
    import pandas as pd

    if question.unit is None or question.event is None or question.time is None:
        raise Fault(
            "Dated events need to know whose they are, when, and whether one happened.",
            do="Name --unit, --time (when each interval ends) and --event (1 or 0).",
        )
    of = labels(frame, question.unit)
    held = pd.DataFrame(
        {
            "of": of,
            "start": 0.0 if question.start is None else numbers(frame, question.start),
            "stop": numbers(frame, question.time),
            "happened": numbers(frame, question.event),
        }
    )
    _require_intervals(question, held)
    held = held.sort_values(["of", "start", "stop"], kind="stable")
    grouped, units = held.groupby("of"), one_row_a_unit(beside, of)
    times = held[held["happened"] == 1].groupby("of")["stop"].apply(list)
    units[f"{PREFIX}.times"] = [times.get(unit, []) for unit in units.index]
    units[f"{PREFIX}.value"] = units[f"{PREFIX}.times"].map(len).astype(float)
    if question.start is None:
        watched = grouped["stop"].max()
    else:
        spans = {unit: rows[["start", "stop", "happened"]].to_numpy().tolist() for unit, rows in grouped}
        units[f"{PREFIX}.spans"] = pd.Series(spans)
        watched = grouped["stop"].sum() - grouped["start"].sum()
    units[f"{PREFIX}.exposure"] = watched.where(watched != 0)  # who was never watched is missing
    return units.reset_index(drop=True)


def _require_intervals(question: Question, held: pd.DataFrame) -> None:
    """Raises Fault where rows cannot be a unit's intervals under watch."""
    columns = f'The columns "{question.time}" and "{question.event}"'
    if held[["start", "stop", "happened"]].isna().to_numpy().any() or not held["happened"].isin([0, 1]).all():
        raise Fault(
            f"{columns} have a gap, or an event that is neither 0 nor 1.", do="Correct or leave out the rows."
        )
    if (held["stop"] < held["start"]).any() or (held["start"] < 0).any():
        raise Fault(
            "An interval ends before it begins, or begins before 0.",
            expected="times since each unit's start, the end of an interval not before its beginning",
        )
    ordered = held.sort_values(["of", "start", "stop"], kind="stable")
    before = ordered.groupby("of")["stop"].shift()
    if question.start is not None and (ordered["start"] < before).any():
        raise Fault("Intervals of a unit overlap.", expected="each to begin when the one before it is over")
