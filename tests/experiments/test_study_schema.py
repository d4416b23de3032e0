"""The published schema of a study file: valid itself, true to what is read, and explained throughout."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from experiments.design import designs
from experiments.instrument import instruments
from experiments.outcome_form import outcome_forms
from experiments.schema import study_schema
from experiments.yaml_tree import read_tree

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(study_schema())


def test_the_schema_lets_a_good_study_pass_and_a_bad_one_not():
    validator = Draft202012Validator(study_schema())
    study = read_tree(EXAMPLE).value
    assert validator.is_valid(study)
    study["design"]["kind"] = "factorial"
    assert not validator.is_valid(study)


@pytest.mark.parametrize("plug_ins", [designs, outcome_forms, instruments])
def test_every_plug_in_is_in_the_schema_unasked(plug_ins):
    text = str(study_schema())
    for name in plug_ins():
        assert repr(name) in text


def test_every_outcome_kind_that_can_be_analysed_has_a_form():
    from analysis.outcome import kinds

    assert set(outcome_forms()) == set(kinds())


def test_every_rule_of_the_schema_says_what_it_expects():
    """A fault is worded from the schema's description, so whatever can fail must have one."""
    silent = [path for path, schema in _rules(study_schema(), "") if "description" not in schema]
    assert silent == []


def _rules(schema, path):
    """Every subschema that judges a value by itself, with its path."""
    judging = {"type", "enum", "const", "pattern", "minimum", "minItems", "uniqueItems", "not"} & set(schema)
    condition = path.endswith("/if") or "/if/" in path
    if judging and not condition and not path.endswith("/not"):
        yield path, schema
    for key in ("if", "then", "else", "items", "propertyNames", "not"):
        if isinstance(schema.get(key), dict):
            yield from _rules(schema[key], f"{path}/{key}")
    for place, part in enumerate(schema.get("allOf", ())):
        yield from _rules(part, f"{path}/allOf/{place}")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _rules(schema["additionalProperties"], f"{path}/additionalProperties")
    for key, part in schema.get("properties", {}).items():
        yield from _rules(part, f"{path}/{key}")
