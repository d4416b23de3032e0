"""The statistics on a table that somebody already has: one row a unit, or one row an arm (a counts file)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.about import Conduct, DataFacts
from analysis.estimator import estimators
from analysis.evaluate import Evaluation, answer
from analysis.evidence import Evidence, gather
from analysis.families import judged
from analysis.finding import NotEstimable
from analysis.layout import LAYOUTS
from analysis.outcome import kinds
from analysis.refusal import Refusal
from analysis.table import UnitTable
from experiments.faults import Fault, did_you_mean
from experiments.provenance import provenance
from experiments.question import EXPOSURE, VALUE, plan_of
from experiments.table_file import digest, labels, numbers, read_table, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from analysis.finding import Contrast, Finding
    from analysis.outcome import Summary
    from analysis.plan import Plan
    from experiments.question import Question


def estimate(question: Question) -> Evaluation:
    """Answer a question from its table: every contrast, the default estimator first, as in a study.

    Raises Fault where the table or the question is at fault, Refusal where no estimator claims it.
    """
    _known(question.layout, LAYOUTS, "layout", "This version answers")
    _known(question.kind, kinds(), "outcome kind", "There are")
    if question.estimator is not None:
        _known(question.estimator, estimators(), "estimator", "There are")
    _consistent(question)
    groups = (question.arm, question.cluster, question.strata)
    frame = read_table(question.table, text=[column for column in groups if column is not None])
    return _from_counts(question, frame) if question.counts else _from_rows(question, frame)


def _from_rows(question: Question, frame: pd.DataFrame) -> Evaluation:
    require_columns(frame, _columns(question))
    table = UnitTable(_unit_frame(question, frame), LAYOUTS[question.layout])
    plan = plan_of(question, tuple(dict.fromkeys(table.frame["arm"])))

    def evidence(contrast: Contrast) -> Evidence:
        return gather(table, plan.outcomes[0], contrast, covariates=plan.covariates)

    counts = table.frame["arm"].value_counts()
    conduct = Conduct({str(arm): int(counts[arm]) for arm in sorted(counts.index)}, shares={})
    return _evaluation(question, plan, evidence, conduct=conduct)


def _from_counts(question: Question, frame: pd.DataFrame) -> Evaluation:
    kind = kinds()[question.kind]
    if kind.from_counts is None or question.layout != "parallel":
        raise Fault(
            f"A {question.kind} outcome in the layout {question.layout} cannot be had from one row an arm.",
            do="Load the rows of the units.",
        )
    if question.exposure is not None:
        require_columns(frame, (question.exposure,))
        frame = frame.rename(columns={question.exposure: "exposure"})
    require_columns(frame, (question.arm, *kind.counts_columns))
    summaries = _summaries(frame, question, kind.from_counts)
    plan = plan_of(question, tuple(summaries))

    def evidence(contrast: Contrast) -> Evidence:
        control, treatment = summaries[contrast.control], summaries[contrast.treatment]
        return Evidence(plan.outcomes[0], contrast, question.layout, control, treatment)

    conduct = Conduct({arm: summary.n for arm, summary in summaries.items()}, shares={})
    return _evaluation(question, plan, evidence, conduct=conduct)


def _summaries(
    frame: pd.DataFrame, question: Question, from_counts: Callable[[Mapping[str, float]], Summary]
) -> dict[str, Summary]:
    arms = labels(frame, question.arm)
    if arms.duplicated().any():
        raise Fault("An arm has several rows.", expected="one row an arm with --counts", do="Add them up.")
    columns = [str(column) for column in frame.columns if frame[column].dtype.kind in "iuf"]
    found = {}
    for line, (arm, (_, row)) in enumerate(zip(arms, frame[columns].iterrows(), strict=True), start=2):
        try:
            given = {column: float(row[column]) for column in columns if row.notna()[column]}
            found[str(arm)] = from_counts(given)
        except ValueError as fault:
            raise Fault(f"Line {line} cannot be: {fault}.", do="Correct the row.") from None
        except KeyError as missing:
            raise Fault(
                f"Line {line} has no number in the column {missing}.", do="Fill it in, or leave the arm out."
            ) from None
    return found


def _evaluation(
    question: Question,
    plan: Plan,
    evidence: Callable[[Contrast], Evidence],
    *,
    conduct: Conduct,
) -> Evaluation:
    """Every contrast answered. No checks: they ask how a study was conducted, which a table does not tell."""
    outcome = plan.outcomes[0]
    declaration = replace(plan.declaration(outcome), rows=not question.counts)
    findings: list[Finding] = []
    refused: list[NotEstimable] = []
    for contrast in plan.contrasts:
        try:
            held = evidence(contrast)
        except Refusal as refusal:
            refused.append(NotEstimable(outcome.name, contrast, None, refusal.reason, refusal.remedy))
            continue
        found, not_found = answer(held, declaration, plan.settings, asked=question.estimator)
        findings += found
        refused += not_found
    return Evaluation(
        plan=plan,
        conduct=conduct,
        checks=(),
        findings=tuple(judged(plan, findings)),
        not_estimable=tuple(refused),
        data=DataFacts(digest(question.table), events=0, units=sum(conduct.assigned.values())),
        provenance=provenance(plan.seed),
    )


def _columns(question: Question) -> list[str]:
    optional = (question.unit, question.cluster, question.strata, question.exposure, question.offset)
    used = [question.outcome, question.arm, *question.covariates]
    return [*used, *(column for column in optional if column is not None)]


def _unit_frame(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """Our columns from theirs. Raises Fault where the question and the table do not fit each other."""
    import pandas as pd

    _fitting(question, frame)
    columns: dict[str, pd.Series[float] | pd.Series[str]] = {
        name: frame[name] for name in question.covariates
    }
    columns |= {"arm": labels(frame, question.arm), VALUE: numbers(frame, question.outcome)}
    if question.cluster is not None and "cluster" in LAYOUTS[question.layout].requires:
        columns["cluster"] = labels(frame, question.cluster)
    if question.strata is not None:
        columns["stratum"] = labels(frame, question.strata)
    if question.exposure is not None:
        columns[EXPOSURE] = numbers(frame, question.exposure)
    if question.offset is not None:
        with np.errstate(over="ignore"):  # an infinite exposure is refused later, like one of 0
            columns[EXPOSURE] = numbers(frame, question.offset).map(np.exp)
    return pd.DataFrame(columns)


def _fitting(question: Question, frame: pd.DataFrame) -> None:
    if question.unit is not None and (repeated := int(frame[question.unit].duplicated().sum())):
        raise Fault(
            f'Units of the column "{question.unit}" stand in more than one row ({repeated:,} too many).',
            expected="one row a unit",
            do="Put each unit's rows together into one first.",
        )
    if taken := {"arm", "cluster", "stratum"} & set(question.covariates):
        raise Fault(f'A covariate cannot be called "{taken.pop()}" here.', do="Rename the column.")


def _consistent(question: Question) -> None:
    """Raises Fault where the question contradicts itself, whatever the table holds."""
    by_cluster = "cluster" in LAYOUTS[question.layout].requires
    if by_cluster and not question.counts and question.cluster is None:
        raise Fault("The layout clustered needs the clusters' column.", do="Name it with --cluster.")
    if question.cluster is not None and not by_cluster:
        raise Fault(
            f"Clusters were named, but in the layout {question.layout} each unit was assigned by itself.",
            do="Add --layout clustered, or leave --cluster out.",
        )
    if question.covariates and question.counts:
        raise Fault("One row an arm has no covariates.", do="Leave --covariate out, or load the units' rows.")
    if (question.exposure or question.offset) and question.kind != "count":
        raise Fault(f"A {question.kind} outcome has no exposure.", do="Leave --exposure and --offset out.")
    if question.exposure and question.offset:
        raise Fault(
            "Exposure was given twice.", do="Name --exposure, or --offset for its logarithm, not both."
        )
    if question.kind == "proportion" and question.margin is not None and question.margin >= 1:
        raise Fault(
            "A margin of 1 or more allows any difference of two proportions.",
            expected="a share below 1, such as 0.05 for five percentage points",
        )


def _known(word: str, known: Iterable[str], what: str, there_are: str) -> None:
    names = sorted(known)
    if word not in names:
        raise Fault(
            f'There is no {what} "{word}" here. {there_are}: {", ".join(names)}.',
            do=did_you_mean(word, names),
        )
