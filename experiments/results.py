"""Evaluations as JSON and back, so that a page opens without computing anything again."""

from __future__ import annotations

from typing import Any

import cattrs

from analysis.evaluation import Evaluation


def to_document(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as plain JSON values."""
    document: dict[str, Any] = cattrs.unstructure(evaluation)
    return document


def from_document(document: dict[str, Any]) -> Evaluation:
    """The evaluation that `to_document` took apart."""
    return cattrs.structure(document, Evaluation)
