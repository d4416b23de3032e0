"""Designs: how people came to their arms, and what a study file has to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.registry import collect
from experiments.fragments import Schema, date, line, mapping, names, number, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.estimator import Estimand
    from analysis.layout import Layout

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


@dataclass(frozen=True, slots=True)
class Design:
    """A design. `layout` is the shape of the unit table it yields; `randomised` permits causal words.

    `properties` (JSON Schema) and `required` are what `design:` takes in a study file besides `kind`.
    `says` is a sentence for pages with places for {unit} and {cluster}.
    """

    name: str
    label: str
    layout: Layout
    randomised: bool
    assigned_by: Literal["unit", "cluster"]
    estimands: tuple[Estimand, ...]
    says: str
    properties: Schema
    required: tuple[str, ...] = ()


def designs() -> Mapping[str, Design]:
    """Every design that this version answers, by name.

    >>> designs()["cluster"].assigned_by
    'cluster'
    """
    return collect("experiments.designs", Design)
