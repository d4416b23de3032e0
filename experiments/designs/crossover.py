"""Each unit (or each cluster) gets every arm, one after the other, in an order drawn by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CROSSOVER
from experiments.design import ARMS, START_AND_END, STRATA, Design, days_of
from experiments.fragments import choice

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlglot import exp

    from analysis.about import Conduct
    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.study import Study


def _rows(study: Study, words: Vocabulary, end: datetime) -> exp.Select:
    from experiments.clocks import crossover_clocks  # no query engine for a mere check
    from experiments.row_query import row_query

    return row_query(study, words, crossover_clocks(study, words, end))


def _ran(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    from experiments.conduct_in_periods import conduct_of_crossover

    return conduct_of_crossover(engine, study, frame)


DESIGN = Design(
    name="crossover",
    label="Crossover",
    layout=CROSSOVER,
    randomised=True,
    assigned_by="unit",
    estimands=("individual-average",),
    says="Each {unit} was given one arm after the other, in an order drawn by chance, and is compared with itself.",
    properties={
        "arms": ARMS,
        **START_AND_END,
        "strata": STRATA,
        "period": days_of(
            "how long a period lasts at most, such as {days: 28}; the next assignment ends it too"
        ),
        "assigned_by": choice(
            "unit", "cluster", among="whose order was drawn: each unit's, or a whole cluster's"
        ),
    },
    required=("arms",),
    rows=_rows,
    ran=_ran,
)
