"""Surveys repeated over waves: from rows that are a unit at a wave to one row a unit with a column a wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.tables.lasting import one_row_a_unit
from experiments.tables.periods import periods
from experiments.tables.question import EVERYBODY, PREFIX
from experiments.tables.table_file import labels, numbers

if TYPE_CHECKING:
    import pandas as pd

    from experiments.tables.question import Question


def repeated(question: Question, frame: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """One row a unit with a column a wave; `beside` are the other columns of each row, under our names.

    Raises Fault where a unit has two rows at a wave, or is in another arm or has another covariate at another.
    """
    import pandas as pd

    if question.unit is None or question.period is None:
        raise Fault("Repeated surveys need units and waves.", do="Name --unit and --period.")
    of = labels(frame, question.unit)
    keys = pd.MultiIndex.from_arrays([of, periods(frame, question.period)])
    if (twice := int(keys.duplicated().sum())) > 0:
        raise Fault(
            f"Units have several rows at one wave ({twice:,} too many).", expected="one row a unit and wave"
        )
    told = question.arm_column in frame
    arm = labels(frame, question.arm_column) if told else EVERYBODY
    units = one_row_a_unit(beside.assign(arm=arm), of)
    wide = pd.Series(numbers(frame, question.outcome).to_numpy(), index=keys).unstack()
    for each in wide.columns:
        units[f"{PREFIX}.value@{each:g}"] = wide[each]
    units[f"{PREFIX}.value"] = wide[wide.columns[-1]]
    return units.reset_index(drop=True)
