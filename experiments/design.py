"""Designs: how people came to their arms, and what a study file has to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.registry import collect
from experiments.fragments import Schema, date, line, mapping, names, number, word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd
    from sqlglot import exp

    from analysis.about import Conduct
    from analysis.estimator import Estimand
    from analysis.layout import Layout
    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.study import Study

    Rows = Callable[[Study, Vocabulary, datetime], exp.Select]
    Ran = Callable[[Engine, Study, pd.DataFrame], Conduct]

_ARM = mapping(
    {
        "label": line("the arm's name for pages"),
        "control": {
            "type": "boolean",
            "description": "true or false: true for the one arm that the others are compared with",
        },
        "share": number(
            "this arm's share of the allocation beside the others', above 0, such as 1",
            exclusiveMinimum=0,
            maximum=1_000_000,
        ),
    },
    (),
    "an arm, such as {label: No warning, control: true, share: 1}",
)
ARMS: Schema = {
    "type": "object",
    "minProperties": 2,
    "propertyNames": word("an arm's name as the log has it"),
    "additionalProperties": _ARM,
    "description": "at least two arms by name, such as {none: {control: true}, warning: {label: Warning}}",
}
START_AND_END: Schema = {"start": date("the first day"), "end": date("the last day")}
STRATA = names("the attributes within which people were allocated, such as [country]")


def days_of(expected: str) -> Schema:
    """A span of whole days, up to ten years."""
    days = {
        "type": "integer",
        "minimum": 1,
        "maximum": 3_660,
        "description": "a whole number of days above 0",
    }
    return mapping({"days": days}, ("days",), expected)


def _one_row_a_unit(study: Study, words: Vocabulary, end: datetime) -> exp.Select:
    from experiments.clocks import unit_clocks  # no query engine for a mere check
    from experiments.row_query import row_query

    return row_query(study, words, unit_clocks(study, words, end))


def _units_in_arms(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    from experiments.conduct import conduct, units_by_arm

    return conduct(engine, study, units_by_arm(frame))


@dataclass(frozen=True, slots=True)
class Design:
    """A design. `layout` is the shape of the unit table it yields; `randomised` permits causal words.

    `properties` (JSON Schema) and `required` are what `design:` takes in a study file besides `kind`.
    `says` is a sentence for pages with places for {unit} and {cluster}. `rows(study, words, end)` is the query of
    the unit table over the engine's `events` and `torn` units, for a log that ends at `end`;
    `ran(engine, study, frame)` says how the study ran.
    """

    name: str
    label: str
    layout: Layout
    randomised: bool
    assigned_by: Literal["unit", "cluster", "calendar"]
    estimands: tuple[Estimand, ...]
    says: str
    properties: Schema
    required: tuple[str, ...] = ()
    rows: Rows = _one_row_a_unit
    ran: Ran = _units_in_arms


def designs() -> Mapping[str, Design]:
    """Every design that this version answers, by name.

    >>> designs()["cluster"].assigned_by
    'cluster'
    """
    return collect("experiments.designs", Design)
