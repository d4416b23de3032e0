"""What a unit keeps through all its rows: its arm, and covariates from before the assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    import pandas as pd


def one_row_a_unit(held: pd.DataFrame, of: pd.Series[str]) -> pd.DataFrame:
    """The columns of `held` with one row for each value of `of`; a cell that is empty takes another row's value.

    Raises Fault where a unit has rows in two arms, or another covariate in another row.

    >>> import pandas as pd
    >>> one_row_a_unit(pd.DataFrame({"arm": ["a", "a"], "age": [None, 30.0]}), pd.Series(["u", "u"])).age.tolist()
    [30.0]
    """
    units = held.groupby(of.to_numpy())
    changes = units.nunique().max() > 1
    if changes["arm"]:
        raise Fault(
            f'A unit of the column "{of.name}" has rows in two arms.',
            expected="each in one arm",
            do="Correct the rows, or name --layout crossover where units change arms.",
        )
    if changes.any():
        raise Fault(
            f'The column "{changes.idxmax()}" changes from row to row of a unit.',
            expected="what was known before the assignment, alike in all rows of a unit",
            do="Leave the column out, or write its first value into all rows of the unit.",
        )
    return units.first()
