"""The plan's hash: SHA-256 over everything in a study file that decides what is analysed, and over nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from analysis.about import ArmLabel
from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale
from experiments.study import Change, ConcurrentEvent, DeclaredCovariate, DeclaredLog, DeclaredOutcome, Study

# Words for pages, facts about the study and settings of simulations: they may change without a new plan.
_BESIDE: dict[type, frozenset[str]] = {
    ArmLabel: frozenset({"label"}),
    Cutoff: frozenset({"label", "source"}),
    Instrument: frozenset({"title", "covers", "licence", "source"}),
    Subscale: frozenset({"label"}),
    Change: frozenset({"label", "arm"}),
    ConcurrentEvent: frozenset({"label"}),
    DeclaredCovariate: frozenset({"label"}),
    DeclaredLog: frozenset({"keep_until"}),
    DeclaredOutcome: frozenset({"label", "unit", "measure", "simulate"}),
    Study: frozenset({"title", "topic", "company", "question", "summary", "limits", "source", "data_are"})
    | {
        "unit_name",
        "cluster_name",
        "simulation",
        "rounding",
        "consents",
        "reporting",
        "translations",
        "plan_hash",
        "text",
    },
}


def plan_hash(study: Study) -> str:
    """64 hexadecimal digits. The order of arms and of keys in the file makes no difference; that of outcomes does.

    A field left at its default is left out, so that fields added by later versions keep the hashes of older plans.
    """
    declared = _canonical(study)
    declared["design"]["arms"].sort(key=lambda arm: arm["name"])
    if study.design.changes:  # whose arms are named after their labels
        del declared["design"]["arms"]
    return hashlib.sha256(json.dumps(declared, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if is_dataclass(value):
        beside = _BESIDE.get(type(value), frozenset())
        kept = (f for f in fields(value) if f.name not in beside)
        return {f.name: _canonical(part) for f in kept if (part := getattr(value, f.name)) != _default(f)}
    if isinstance(value, tuple | list):
        return [_canonical(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # a share of 1.0 is a share of 1
    return value if isinstance(value, str | int | float | dict | None) else str(value)


def _default(field: Any) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
