"""A study's own words in other languages: what a study file takes under `translations`, and what is made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from experiments.faults import did_you_mean
from experiments.fragments import Schema, line, mapping, prose, text
from experiments.reporting import reporting_schema
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from experiments.study import Study
    from experiments.tree import Path, Problem, Tree

    Glossary = dict[str, str]  # what is said in another language by what stands in the file

LINES = ("title", "unit_name", "cluster_name")
PARAGRAPHS = ("question", "summary", "source")
OF_OUTCOMES = ("label", "measure", "unit")
FRACTIONS = "share"  # a unit that is a word of ours: shown as per cent in any language
LABELS = ("arms", "covariates", "changes", "events")  # parts of which each entry is one label


def translations_schema() -> Schema:
    """What `translations` takes: by language, the study's words in the form of the study file itself."""
    return {
        "type": "object",
        "propertyNames": text("[a-z]{2}", "a language's two small letters, such as fr"),
        "additionalProperties": _language(),
        "description": "translations by language, such as {fr: {title: …, arms: {warning: …}}}",
    }


def _language() -> Schema:
    said = "in that language"
    outcome = mapping(
        {key: line(f"the outcome's {key} {said}") for key in OF_OUTCOMES},
        (),
        "{label: …, measure: …, unit: …}",
    )
    return mapping(
        {
            **{key: line(f"the {key.replace('_', ' ')} {said}") for key in LINES},
            **{key: prose(f"the {key} {said}") for key in PARAGRAPHS},
            "limits": {
                "type": "array",
                "items": prose(f"a sentence {said}"),
                "description": f"the limits {said}, in the order of the file",
            },
            "reporting": reporting_schema(),
            "outcomes": _by_name(outcome, "outcomes by their ids"),
            **{key: _by_name(line(f"a label {said}"), f"labels {said}, by name") for key in LABELS},
            "words": _by_name(line(f"a word {said}"), f"any other word of the study {said}"),
        },
        (),
        "the study's words, such as {title: …, arms: {warning: …}}",
    )


def _by_name(each: Schema, expected: str) -> Schema:
    return {"type": "object", "additionalProperties": each, "description": expected}


def translation_rules(tree: Tree) -> Iterator[Problem]:
    """What is translated must be there: each arm, outcome, covariate, change and event, and as many limits."""
    declared = tree.value if isinstance(tree.value, dict) else {}
    for spoken, said in _known(declared.get("translations")).items():
        path: Path = ("translations", spoken)
        for part, known in _names(declared).items():
            for name in _known(said).get(part) or ():
                if name not in known:
                    says = f"{shown(name)} is none of the study's {part}, expected one of {', '.join(known)}"
                    asked = f"{says}. {did_you_mean(name, known)}".rstrip(". ")
                    yield tree.problem((*path, part, name), asked, at="key")
        yield from _nothing_to_say(tree, declared, spoken)
        limits, wanted = _known(said).get("limits"), declared.get("limits") or ()
        if limits is not None and len(limits) != len(wanted):
            says = f"found {len(limits)} sentences, expected one for each of the study's {len(wanted)} limits"
            yield tree.problem((*path, "limits"), says)


def _nothing_to_say(tree: Tree, declared: Mapping[str, Any], spoken: str) -> Iterator[Problem]:
    """A phrase that the file leaves to us is not the study's own."""
    said = _known(declared["translations"][spoken])
    texts: list[tuple[Path, bool]] = [
        ((key,), key in declared) for key in (*LINES, *PARAGRAPHS) if key in said
    ]
    for outcome in _entries(declared, "outcomes"):
        words = _known(_known(said.get("outcomes")).get(outcome["id"]))
        texts += [(("outcomes", outcome["id"], key), key in outcome) for key in words if key != "label"]
    stated = _known(declared.get("reporting"))
    texts += [(("reporting", key), key in stated) for key in _known(said.get("reporting"))]
    for path, there in texts:
        if not there:
            says = f"the study has no {path[-1]} to translate, expected one in the file itself first"
            yield tree.problem(("translations", spoken, *path), says, at="key")


def _names(declared: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Every name that a translation may be given for, and the label that it stands for, by part of the file."""
    design = _known(declared.get("design"))
    return {
        "arms": {name: _known(arm).get("label") or name for name, arm in _known(design.get("arms")).items()},
        "outcomes": {
            entry["id"]: entry.get("label") or entry["id"] for entry in _entries(declared, "outcomes")
        },
        "covariates": {
            entry["id"]: entry.get("label") or entry["id"] for entry in _entries(declared, "covariates")
        },
        "changes": {label: label for label in _labels(design, "changes")},
        "events": {label: label for label in _labels(design, "events")},
    }


def _labels(design: Mapping[str, Any], part: str) -> list[str]:
    return [entry["label"] for entry in design.get(part) or () if entry and entry.get("label")]


def _entries(declared: Mapping[str, Any], part: str) -> list[Any]:
    return [entry for entry in declared.get(part) or () if entry and entry.get("id")]


def _known(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def glossaries(declared: Mapping[str, Any]) -> dict[str, Glossary]:
    """By language, what each text of a study file is there. The file is one without faults.

    A unit is there without its range, too, as distances in it are told.
    """
    return {spoken: _glossary(declared, said) for spoken, said in declared.get("translations", {}).items()}


def _glossary(declared: Mapping[str, Any], said: Mapping[str, Any]) -> Glossary:
    found = {
        str(declared[key]): said[key] for key in (*LINES, *PARAGRAPHS) if key in said and key in declared
    }
    found |= dict(zip(declared.get("limits", ()), said.get("limits", ()), strict=False))
    names = _names(declared)
    found |= {names[part][name]: label for part in LABELS for name, label in said.get(part, {}).items()}
    for outcome in declared["outcomes"]:
        words = said.get("outcomes", {}).get(outcome["id"], {})
        texts = {**outcome, "label": names["outcomes"][outcome["id"]]}
        found |= {texts[key]: words[key] for key in OF_OUTCOMES if key in words and key in texts}
    stated = declared.get("reporting", {})
    found |= {stated[key]: text for key, text in said.get("reporting", {}).items()}
    found |= said.get("words", {})
    return {**{_bare(text): _bare(told) for text, told in found.items()}, **found}


def _bare(unit: str) -> str:
    """A text without what stands in brackets at its end.

    >>> _bare("points (10 to 50)")
    'points'
    """
    return re.sub(r"\s*\(.*\)$", "", unit)


def untranslated(study: Study) -> tuple[str, ...]:
    """A sentence for each language that the file has some words in, on those that it lacks."""
    return tuple(
        f"translations.{spoken} leaves out {', '.join(missing)}: pages in that language show these as they stand."
        for spoken, glossary in study.translations.items()
        if (missing := [path for path, text in _said(study) if text and text not in glossary])
    )


def _said(study: Study) -> Iterator[tuple[str, str]]:
    """Every text of a study that pages show, with its place in the file."""
    yield from ((key, getattr(study, key)) for key in ("title", *PARAGRAPHS))
    yield from (("limits", sentence) for sentence in study.limits[:1])
    if not study.design.changes:
        yield from ((f"arms.{arm.name}", arm.label) for arm in study.design.arms)
    yield from ((f"changes.{change.label}", change.label) for change in study.design.changes)
    yield from ((f"events.{event.label}", event.label) for event in study.design.events)
    for outcome in study.outcomes:
        for key in OF_OUTCOMES:
            if getattr(outcome, key) != FRACTIONS:
                yield f"outcomes.{outcome.id}.{key}", getattr(outcome, key)
    yield from ((f"covariates.{covariate.id}", covariate.label) for covariate in study.covariates)
    yield from ((f"reporting.{key}", text) for key, text in study.reporting.items())
