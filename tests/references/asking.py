"""How a reference case is asked: by the door that users have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dashboard.document import evaluation_document
from experiments.tables.question import Question
from experiments.tables.tabular import estimate

HERE = Path(__file__).parent
Figures = dict[str, float]
Findings = dict[str, dict[str, Any]]


def ask(case: str, *, table: Path | None = None, **words: Any) -> Findings:
    """The findings on a case's table, by estimator; `words` as in a Question."""
    return {finding["estimator"]: finding for finding in _asked(case, table, words)["findings"]}


def ask_beside(case: str, *, table: Path | None = None, **words: Any) -> Findings:
    """What stands beside the finding on a case's table, by supplement; `words` as in a Question."""
    return {supplied["name"]: supplied for supplied in _asked(case, table, words)["supplements"]}


def _asked(case: str, table: Path | None, words: dict[str, Any]) -> dict[str, Any]:
    question = {"arm": "arm", "outcome": "y", "control": "0", **words}
    document: dict[str, Any] = evaluation_document(
        estimate(Question(table=table or HERE / case / "data.csv", **question))
    )
    return document


def primary(finding: dict[str, Any]) -> Figures:
    effect: Figures = finding["effects"][finding["scale"]]
    return effect


def named(prefix: str, effect: Figures, **names: str) -> Figures:
    """Figures of an effect under a case's names: named("rd_", effect, lower="low")."""
    return {prefix + theirs: effect[ours] for theirs, ours in names.items() if ours in effect}


def expected(case: str) -> dict[str, float | None]:
    """R's figures of a case, for what only they say (which horizon, which lag)."""
    told: dict[str, float | None] = json.loads((HERE / case / "case.json").read_text("utf-8"))["expected"]
    return told
