"""Outcome forms: what each outcome kind takes in a study file beside what all outcomes take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.registry import collect
from experiments.fragments import Schema, choice, line, name, number, numbers_by_name, word

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT = word("the event that is looked for, as the log has it")


@dataclass(frozen=True, slots=True)
class OutcomeForm:
    """The form of one kind, named after it. `margin` is the schema of a margin on the kind's primary scale, `more`
    what its properties have to fulfil together.
    """

    name: str
    properties: Schema
    required: tuple[str, ...]
    margin: Schema
    more: tuple[Schema, ...] = ()

    def schema(self) -> Schema:
        """The whole schema of an outcome of this kind."""
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {**common()["properties"], "margin": self.margin, **self.properties},
            "required": list(self.required),
            "description": "an outcome",
            "if": {"properties": {"role": {"const": "guardrail"}}, "required": ["role"]},
            "then": {
                "properties": {
                    "margin": {"description": f"a guardrail's margin: {self.margin['description']}"}
                },
                "required": ["margin"],
            },
            **({"allOf": list(self.more)} if self.more else {}),
        }


def outcome_forms() -> Mapping[str, OutcomeForm]:
    """The form of every outcome kind that this version answers.

    >>> outcome_forms()["mean"].required
    ('event', 'value')
    """
    return collect("experiments.outcomes", OutcomeForm)


def common() -> Schema:
    """What every outcome takes: looked at even where the kind is missing or unknown."""
    return {
        "type": "object",
        "properties": {
            "id": name("a name for the outcome"),
            "label": line("the outcome's name for pages"),
            "role": choice("primary", "secondary", "guardrail", "safety"),
            "kind": choice(*outcome_forms(), among="the kinds that this version answers"),
            "better": choice("lower", "higher"),
            "margin": positive("a number above 0 on the outcome's primary scale"),
            "unit": line("the unit of the values, such as seconds"),
            "measure": line("what is counted and when, in a phrase"),
            "simulate": numbers_by_name("numbers by name for simulated data, such as {rate: 0.2}"),
        },
        "required": ["id", "role", "kind", "better"],
        "description": "an outcome, such as {id: entered, role: primary, kind: proportion, event: site_click, "
        "window: {days: 7}, better: lower}",
    }


def positive(expected: str) -> Schema:
    """A margin that is any number above 0."""
    return number(expected, exclusiveMinimum=0)
