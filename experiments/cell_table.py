"""A study too large for rows, as cells: sums of each range, added in the order of ranges."""

from __future__ import annotations

from functools import partial
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from analysis.cells import CellTable, Sums
from experiments import follow_up
from experiments.cell_query import UNITS, parts, parts_query, summed, together_query
from experiments.cell_sums import cell_sums
from experiments.engine import engine
from experiments.measuring import measures
from experiments.row_query import known_columns
from experiments.sql import DIALECT, column, part
from experiments.unit_range import evenly

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from sqlglot import exp

    from analysis.layout import Layout
    from analysis.table import UnitTable
    from experiments.by_range import Ranges
    from experiments.events import Vocabulary
    from experiments.study import DeclaredOutcome, Study

MOST_CELLS = 200_000  # in one range: with more of them, sums save nothing
TASTE = 16  # parts of a range, of which the first tell where sums are centred


def has_cells(study: Study) -> bool:
    """Whether what is known of a study's units is known without scoring, so that SQL can tell cells apart."""
    return bool(summed(study)) and all(covariate.source.instrument is None for covariate in study.covariates)


def cells(asked: Ranges, study: Study, words: Vocabulary, rows: exp.Select) -> pd.DataFrame | None:
    """The cells of a study in the order of what is known of them, one row a cell, from the query of its `rows`.

    None where there are nearly as many cells as units.
    """
    import pyarrow as pa

    centres = _centres(asked, study, rows)
    query, same = _asked(rows, study, words)
    answers = []
    made = partial(cell_sums, study=study, words=words, centres=centres, most=MOST_CELLS, same=same)
    for answer in asked.each(query, made):
        if answer is None:
            return None
        answers.append(answer)
    found = pa.concat_tables(answers)
    with engine(threads=1, spills=True, cells=found) as opened:
        frame: pd.DataFrame = opened.ask(together_query(found.column_names, study, words)).to_pandas()
    return frame.assign(**{f"centre.{name}": centre for name, centre in centres.items()})


def _asked(rows: exp.Select, study: Study, words: Vocabulary) -> tuple[exp.Select, dict[str, str]]:
    """SELECT of the rows what sums over them take, and whose they are; and for each column that is left out, as
    another is the same, that other one.
    """
    by_sums = {name for outcome in summed(study) for name in parts(outcome).values()}
    known = known_columns(study, words)
    wanted = {*by_sums, *follow_up.columns(study)} - {*known}
    kept = [expression for expression in rows.expressions if expression.alias in known]
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    for expression in rows.expressions:
        if expression.alias not in wanted:
            continue
        text = expression.unalias().sql(dialect=DIALECT)
        if text in first:
            same[expression.alias] = first[text]
        else:
            first[text] = expression.alias
            kept.append(expression)
    return rows.select(*kept, append=False).select(part("c.unit AS unit")), same


def others(study: Study, words: Vocabulary, rows: exp.Select) -> exp.Select | None:
    """SELECT what is known of each unit, and the columns of those outcomes that sums cannot tell."""
    from sqlglot import exp

    by_sums = {outcome.id for outcome in summed(study)}
    columns = [
        name
        for outcome in study.outcomes
        if outcome.id not in by_sums
        for name in measures()[outcome.kind].columns(outcome, study)
    ]
    if not columns:
        return None
    names = [*known_columns(study, words), *columns]
    return exp.select(*(column(name) for name in names)).from_(rows.subquery("r"))


def cell_table(
    frame: pd.DataFrame, study: Study, words: Vocabulary, *, layout: Layout, rows: UnitTable | None
) -> CellTable:
    """The table that the analysis takes, from `cells` and the table of the outcomes that need rows."""
    sums = {outcome.id: _sums(frame, outcome) for outcome in summed(study)}
    return CellTable(frame[[*known_columns(study, words)]], _counts(frame[UNITS]), sums, layout, rows)


def _centres(asked: Ranges, study: Study, rows: exp.Select) -> dict[str, float]:
    """The median of each part among the first few units that have the outcome: 0 where it is rare.

    It is a value that the part has: sums of whole numbers stay whole, and what is alike in all units is 0 in each.
    """
    centres: dict[str, float | None] = {}
    for piece in evenly(TASTE * len(asked.pieces))[:TASTE]:
        [answer] = asked.ask(parts_query(rows, study), (piece,))
        for name in answer.column_names:
            if centres.get(name) is None:
                centres[name] = _median(answer[name].drop_null().to_numpy())
        if None not in centres.values():
            break
    return {name: centre or 0.0 for name, centre in centres.items()}


def _median(values: NDArray[np.float64]) -> float | None:
    """The middle one of some values, the lower of two; None where there is none."""
    place = (values.size - 1) // 2
    return float(np.partition(values, place)[place]) if values.size else None


def _sums(frame: pd.DataFrame, outcome: DeclaredOutcome) -> Sums:
    n = _counts(frame[f"n.{outcome.id}"])
    held = parts(outcome)
    levels = [_counts(frame[f"level.{outcome.id}.{place}"]) for place in range(len(outcome.levels))]
    return Sums(
        n,
        _counts(frame[UNITS]) - n,
        {name: _values(frame[f"total.{outcome.id}.{name}"]) for name in held},
        {
            (first, second): _values(frame[f"product.{outcome.id}.{first}.{second}"])
            for first, second in combinations_with_replacement(sorted(held), 2)
        },
        {name: float(frame[f"centre.{in_rows}"].iloc[0]) for name, in_rows in held.items()},
        np.column_stack(levels) if levels else None,
    )


def _counts(values: pd.Series[int]) -> NDArray[np.int64]:
    return np.asarray(values, dtype=np.int64)


def _values(values: pd.Series[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
