"""Clusters change from the control to the treatment one after the other, on days fixed in advance.

The order of the clusters has to be drawn by lot for causal words: a study file says so with `randomised: true`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import STEPPED
from experiments.codes import WHOLE
from experiments.design import ARMS, START_AND_END, Design, days_of
from experiments.fragments import Schema, text

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlglot import exp

    from analysis.about import Conduct
    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.study import Study


def _rows(study: Study, words: Vocabulary, end: datetime) -> exp.Select:
    from experiments.clocks import stepped_clocks  # no query engine for a mere check
    from experiments.row_query import row_query

    return row_query(study, words, stepped_clocks(study, words, end))


def _ran(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    from experiments.conduct_in_periods import conduct_of_wedge

    return conduct_of_wedge(engine, study, frame)


_STEPS: Schema = {
    "type": "object",
    "minProperties": 2,
    "propertyNames": text(WHOLE, "a cluster as the log has it"),
    "additionalProperties": {
        **text("(never|[0-9]{4}-[0-9]{2}-[0-9]{2})", "a cluster's first day under the treatment, or never"),
    },
    "description": "at least two clusters, each with its first day under the treatment, such as "
    "{team-a: 2026-02-01, team-b: 2026-03-01, team-c: never}",
}

DESIGN = Design(
    name="stepped-wedge",
    label="Stepped wedge",
    layout=STEPPED,
    randomised=False,
    assigned_by="cluster",
    estimands=("individual-average",),
    says="Each {cluster} as a whole changed to the treatment on a day of its own; every {unit} in it counts to the "
    "control until then.",
    properties={
        "arms": {
            **ARMS,
            "maxProperties": 2,
            "description": "two arms, such as {usual: {control: true}, blurred: {label: Blurred}}",
        },
        **START_AND_END,
        "steps": _STEPS,
        "period": days_of("how long a period of the calendar lasts, such as {days: 14}"),
        "randomised": {
            "type": "boolean",
            "description": "true or false: whether a lot decided which cluster changes when (else false)",
        },
    },
    required=("arms", "start", "steps", "period"),
    rows=_rows,
    ran=_ran,
)
