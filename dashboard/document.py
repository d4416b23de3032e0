"""The result document: an evaluation as JSON, for scripts; what it holds is described by its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any, get_args

from analysis.disclosure import released
from analysis.estimator import Declaration, Estimand
from analysis.policy import UNMASKED
from dashboard import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.estimator import Estimator
    from analysis.evaluation import Evaluation
    from analysis.finding import ArmFigures, Contrast, Effect, Finding, NotEstimable
    from analysis.refused import Refused
    from analysis.supplement import Supplied

Document = dict[str, Any]
SCHEMA = "watchkeeper/evaluation@1"


def evaluation_document(evaluation: Evaluation) -> Document:
    """The evaluation in the form of `evaluation_schema()`: full precision, never NaN; absent what does not apply.

    It is for the holder of the data: nothing in it is masked.
    """
    return {
        "schema": SCHEMA,
        "study": _study(evaluation),
        "plan": _plan(evaluation),
        "data": _data(evaluation),
        "checks": [
            _without_none(
                {
                    "name": check.name,
                    "verdict": check.verdict,
                    "subject": check.subject,
                    "statistic": check.statistic,
                    "p_value": check.p_value,
                    "says": check.sentence(evaluation.labels),
                }
            )
            for check in evaluation.checks
        ],
        "findings": [_finding(finding, evaluation) for finding in evaluation.findings],
        "supplements": [_supplied(supplied, evaluation) for supplied in evaluation.supplied],
        "not_estimable": [_refusal(refusal) for refusal in evaluation.not_estimable],
        "provenance": asdict(evaluation.provenance),
    }


def evaluation_schema() -> Document:
    """The JSON Schema (2020-12) of the result document."""
    schema: Document = json.loads(files("dashboard").joinpath("document_schema.json").read_text("utf-8"))
    return schema


def estimator_document(estimator: Estimator) -> Document:
    """An estimator as `estimate --list --json` shows it."""
    return {
        "name": estimator.name,
        "label": estimator.label,
        "layouts": sorted(estimator.layouts),
        "kinds": sorted(estimator.kinds),
        "needs_rows": bool({"rows", "grouped"} & estimator.needs),
        "needs": sorted(estimator.needs),
        "default_for": list(_default_for(estimator)),
        "card": estimator.card(),
    }


def refused_document(method: Refused) -> Document:
    """A refused method as `estimate --list --json` shows it."""
    refusal = method.refusal
    return {
        "name": method.name,
        "label": method.label,
        "layouts": sorted(method.layouts),
        "reason": refusal.reason,
        "remedy": refusal.remedy,
    }


def _default_for(estimator: Estimator) -> Iterator[Document]:
    """The declarations that this estimator is shown first for, without what makes no difference.

    `when` says what else has to be declared; without it a plain declaration is meant.
    """
    for layout, kind in product(sorted(estimator.layouts), sorted(estimator.kinds)):
        found = [
            {"covariates": covariates, "estimand": estimand, "rows": held}
            for covariates, estimand, held in product((False, True), get_args(Estimand), (True, False))
            if _is_default(
                estimator,
                Declaration(layout, kind, covariates, estimand=estimand, rows=held, grouped=held),
            )
        ]
        if found:
            settled = {key: found[0][key] for key in found[0] if len({row[key] for row in found}) == 1}
            yield {"layout": layout, "kind": kind, **settled}
            continue
        for when, declared in WHEN.items():
            if _is_default(estimator, replace(declared, layout=layout, kind=kind)):
                yield {"layout": layout, "kind": kind, "when": when}


def _is_default(estimator: Estimator, declaration: Declaration) -> bool:
    return estimator.claims(declaration) and estimator.default(declaration)


WHEN = {  # what can be declared beside layout, kind, covariates and estimand; the words stand in the README too
    "in small arms": Declaration("", "", arm_units=20),
    "with `adjust: dunnett`": Declaration("", "", arms=3, together=True),
    "in matched pairs": Declaration("", "", strata=True, matched=True),
    "for one platform": Declaration("", "", units=4, treated_units=1),
    "from 40 platforms": Declaration("", "", units=48, treated_units=36),
    "without a second arm": Declaration("", "", arms=1),
}


def _study(evaluation: Evaluation) -> Document | None:
    study = evaluation.study
    if study is None:
        return None
    return {name: getattr(study, name) for name in ("id", "title", "company", "topic", "design")}


def _plan(evaluation: Evaluation) -> Document | None:
    if evaluation.registration is None:
        return None
    return {**asdict(evaluation.registration), "amendments": list(evaluation.registration.amendments)}


def _data(evaluation: Evaluation) -> Document:
    """A bare table has rows, not events: there events, rejected and duplicates do not apply."""
    data = evaluation.data
    found: Document = {"hash": data.hash, "units": data.units}
    if evaluation.study is not None:
        found |= {"events": data.events, "rejected": data.rejected, "duplicates": data.duplicates}
    return found | _without_none({"from": data.first, "to": data.last})


def _finding(finding: Finding, evaluation: Evaluation) -> Document:
    estimate = finding.estimate
    shown = released(finding, UNMASKED)
    document = {
        "outcome": finding.outcome.name,
        "label": finding.outcome.label,
        "role": finding.outcome.role,
        "kind": finding.outcome.kind,
        "contrast": _contrast(finding.contrast),
        "subgroup": None if finding.subgroup is None else asdict(finding.subgroup),
        "estimator": finding.estimator,
        "default": finding.default,
        "scale": finding.outcome.scale.name,
        "effects": _effects(estimate.effects),
    }
    applying = {
        "p_value": finding.effect.p_value,
        "p_adjusted": finding.p_adjusted,
        "adjusted_by": finding.adjusted_by,
        "arms": [_arm(arm) for arm in finding.arms],
        "clusters": estimate.clusters or None,
        "icc": estimate.icc,
        "parameters": estimate.parameters,
        "profile": _effects(estimate.profile) or None,
        "verdict": finding.verdict,
        "says": words.finding_sentence(shown, plan=evaluation.plan, labels=evaluation.labels),
        "notes": list(estimate.notes),
    }
    return document | _without_none(applying)


def _supplied(supplied: Supplied, evaluation: Evaluation) -> Document:
    return {
        "name": supplied.name,
        "outcome": supplied.outcome,
        "contrast": _contrast(supplied.contrast),
        "says": supplied.sentence(evaluation.labels),
        **({"scale": supplied.scale} if supplied.scale else {}),
        "effects": _effects(supplied.effects),
        "parameters": supplied.parameters,
        "notes": list(supplied.notes),
    }


def _effects(effects: Mapping[str, Effect]) -> Document:
    return {name: _without_none(asdict(effect)) for name, effect in effects.items()}


def _arm(arm: ArmFigures) -> Document:
    """A shared summary may not tell how many units an arm has: then n is left out."""
    units = {"n": arm.n} if arm.n else {}
    return {"arm": arm.arm, **units, "missing": arm.missing, **arm.figures}


def _refusal(refusal: NotEstimable) -> Document:
    about = {
        "outcome": refusal.outcome,
        "contrast": None if refusal.contrast is None else _contrast(refusal.contrast),
        "estimator": refusal.estimator,
    }
    return _without_none(about) | {"reason": refusal.reason, "remedy": refusal.remedy}


def _contrast(contrast: Contrast) -> Document:
    return {"treatment": contrast.treatment, "control": contrast.control}


def _without_none(document: Document) -> Document:
    return {key: value for key, value in document.items() if value is not None}
