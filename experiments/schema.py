"""The JSON Schema of a study file, put together from the designs, outcome kinds and instruments that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from analysis.estimator import Estimand
from analysis.plan import Adjustment
from analysis.policy import Rounding
from experiments.design import designs
from experiments.fragments import (
    WINDOW_BEFORE,
    Schema,
    choice,
    date,
    line,
    mapping,
    name,
    names,
    number,
    numbers_by_name,
    prose,
    text,
    word,
)
from experiments.instrument import score_schema
from experiments.outcome_form import common, outcome_forms
from experiments.own_instruments import own_schema
from experiments.reporting import reporting_schema
from experiments.study import CONTRIBUTOR, INGEST
from experiments.translations import translations_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

TOPICS = ("deterrence", "moderator-wellness", "evolving-threats")
DATA_ARE = ("observed", "reconstructed", "approximate", "simulated")
COVARIATE_VALUES = ("count", "any", "mean", "sum", "max", "last")


def study_schema() -> Schema:
    """The schema (JSON Schema 2020-12) of a study file of this version."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "watchkeeper/study@1",
        "title": "A watchkeeper study file",
        **mapping(
            {**_about(), **_asked(), "simulation": numbers_by_name("numbers by name for simulated data")},
            ("study", "title", "topic", "company", "design", "outcomes"),
            "a study: `key: value` lines such as `study: ip-warning-2026`",
        ),
    }


def _about() -> Schema:
    return {
        "study": text("[a-z0-9][a-z0-9-]{1,62}", "the study's id: 2 to 63 small letters, digits and hyphens"),
        "title": line("the study's title"),
        "topic": choice(*TOPICS),
        "company": text("[a-z0-9-]{1,63}", "who ran it: small letters, digits and hyphens"),
        "question": line("the question that the study answers"),
        "summary": prose("a paragraph on how it was done"),
        "limits": {"type": "array", "items": prose("a sentence"), "description": "a list of sentences"},
        "source": prose("where the data come from"),
        "data_are": choice(*DATA_ARE),
        "unit_name": line("what one unit is called, such as visitor"),
        "cluster_name": line("what one cluster is called, such as team"),
        "reporting": reporting_schema(),
    }


def _asked() -> Schema:
    return {
        "design": _design(),
        "exposure": mapping(
            {"event": word("the event that starts a unit's clock")},
            ("event",),
            "an event, as in {event: assigned}",
        ),
        "outcomes": {
            "type": "array",
            "minItems": 1,
            "items": _outcome(),
            "description": "a list of outcomes, one of them primary",
        },
        "covariates": {"type": "array", "items": _covariate(), "description": "a list of covariates"},
        "plan": _plan(),
        "instruments": own_schema(),
        "log": _log(),
        "release": _release(),
        "translations": translations_schema(),
    }


def _release() -> Schema:
    """What holds for figures that everybody may see."""
    company = text("[a-z0-9-]{1,63}", "a company: small letters, digits and hyphens")
    public = mapping(
        {
            "rounding": choice(*get_args(Rounding)),
            "consents": {
                "type": "array",
                "uniqueItems": True,
                "items": company,
                "description": "companies that agreed in writing, such as [company-a, company-b]",
            },
        },
        (),
        "rules such as {rounding: midpoint-10}",
    )
    return mapping({"public": public}, (), "rules such as {public: {rounding: midpoint-10}}")


def _design() -> Schema:
    forms = {
        design.name: mapping({"kind": {}, **design.properties}, design.required, "a design")
        for design in designs().values()
    }
    kind = {"kind": choice(*designs(), among="the designs that this version answers")}
    return {
        "type": "object",
        "properties": kind,
        "required": ["kind"],
        "allOf": _by_kind(forms, kind),
        "description": "a design, such as {kind: individual, arms: …}",
    }


def _outcome() -> Schema:
    shared = common()
    forms = {form.name: form.schema() for form in outcome_forms().values()}
    return {**shared, "allOf": _by_kind(forms, shared["properties"])}


def _by_kind(forms: Mapping[str, Schema], shared: Mapping[str, Schema]) -> list[Schema]:
    """Each form where its kind is the one declared, so that faults are about that kind alone.

    Where the kind is missing or unknown, only keys that no form has are faults.
    """
    every = {key: schema for form in forms.values() for key, schema in form["properties"].items()}
    return [
        *({"if": _kind_is(kind), "then": form} for kind, form in forms.items()),
        {"if": _kind_is(*forms), "else": {"properties": {**every, **shared}, "additionalProperties": False}},
    ]


def _kind_is(*kinds: str) -> Schema:
    return {"type": "object", "properties": {"kind": {"enum": list(kinds)}}, "required": ["kind"]}


def _covariate() -> Schema:
    """A covariate comes from events before exposure, from a questionnaire, or from an attribute."""
    expected = (
        "a covariate, such as {id: earlier, event: search, window: {days: -28}} or {id: age, attribute: age}"
    )
    identity = {"id": name("a name for the covariate"), "label": line("the covariate's name for pages")}
    sources: dict[str, Schema] = {
        "event": {
            "event": word("the event that is counted, as the log has it"),
            "window": WINDOW_BEFORE,
            "value": choice(*COVARIATE_VALUES),
        },
        "instrument": score_schema(),
        "attribute": {"attribute": name("an attribute of log.attributes")},
    }
    every = {key: schema for properties in sources.values() for key, schema in properties.items()}
    any_source = {
        "attribute": {"description": "an event with a window before exposure, a score, or an attribute"}
    }
    found = mapping({**identity, **every, **any_source}, ("id", "attribute"), expected)
    for source, properties in reversed(sources.items()):
        required = ("id", *(key for key in properties if key != "value"))
        form = mapping({**identity, **properties}, required, expected)
        found = {"if": {"required": [source]}, "then": form, "else": found}
    return {"type": "object", **found, "description": expected}


def _plan() -> Schema:
    share = number("a share of the information above 0, at most 1", exclusiveMinimum=0, maximum=1)
    fractions = {
        "type": "array",
        "minItems": 1,
        "maxItems": 5,
        "items": share,
        "description": "one to five rising shares such as [0.5, 1.0]",
    }
    looks = {"spending": choice("obrien-fleming", "pocock"), "fractions": fractions}
    planned = {"type": "integer", "minimum": 2, "description": "how many units are measured in the end"}
    return mapping(
        {
            "alpha": number(
                "a number above 0 and below 0.5, such as 0.05", exclusiveMinimum=0, exclusiveMaximum=0.5
            ),
            "contrasts": choice("each-vs-control"),
            "adjust": choice(*get_args(Adjustment)),
            "population": choice("intention-to-treat"),
            "estimand": choice(*get_args(Estimand)),
            "looks": mapping(
                {**looks, "planned_units": planned},
                tuple(looks),
                "looks such as {spending: obrien-fleming, fractions: [0.5, 1.0]}",
            ),
            "prior": _prior(),
            "subgroups": names("attributes such as [country]"),
        },
        (),
        "a plan, such as {alpha: 0.05, adjust: holm}",
    )


def _prior() -> Schema:
    """What a Bayesian reading starts from."""
    positive = number("a number above 0", exclusiveMinimum=0, maximum=1_000_000)
    two = {
        "minItems": 2,
        "maxItems": 2,
        "items": positive,
        "description": "two numbers above 0, as in [1, 1]",
    }
    return mapping(
        {
            "beta": {"type": "array", **two},
            "sd": number("a standard deviation above 0, of the primary outcome's effect", exclusiveMinimum=0),
        },
        (),
        "a prior such as {beta: [1, 1], sd: 0.05}",
    )


def _log() -> Schema:
    theirs = line("the name of a column in the log's files")
    return mapping(
        {
            "time_zone": line("a time zone such as UTC or Europe/Paris"),
            "columns": {
                "type": "object",
                "additionalProperties": theirs,
                "description": "their names by ours, such as {unit: user_hash, occurred_at: ts}",
            },
            "attributes": names("the attributes that may be taken in, such as [country, age_band]"),
            "keep_until": date("the last day on which the log's rows are kept"),
            "pseudonyms": choice(INGEST, CONTRIBUTOR, among="who makes ids into pseudonyms"),
        },
        (),
        "how the log names things, such as {time_zone: UTC}",
    )
