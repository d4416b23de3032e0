"""The statistics on a table that somebody already has: one row a unit, or one row an arm (a counts file)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.about import Conduct, DataFacts
from analysis.estimator import estimators
from analysis.evaluate import Answered, answer
from analysis.evaluation import Evaluation
from analysis.evidence import Evidence
from analysis.families import judged
from analysis.finding import NotEstimable
from analysis.gathering import gather
from analysis.layout import LAYOUTS
from analysis.outcome import kinds
from analysis.refusal import Refusal
from analysis.refused import refused
from analysis.table import UnitTable
from experiments.faults import Fault, did_you_mean
from experiments.provenance import provenance
from experiments.tables.question import POOLED, plan_of
from experiments.tables.shapes import unit_frame
from experiments.tables.table_file import digest, labels, read_table, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from analysis.finding import Contrast
    from analysis.outcome import Summary
    from analysis.plan import Plan
    from experiments.tables.question import Question


def estimate(question: Question) -> Evaluation:
    """Answer a question from its table: every contrast, the default estimator first, as in a study.

    Raises Fault where the table or the question is at fault, Refusal where no estimator claims it, or where the one
    asked for is a method that goes wrong.
    """
    _known(question.layout, LAYOUTS, "layout", "This version answers")
    _known(question.kind, kinds(), "outcome kind", "There are")
    if question.estimator is not None:
        if question.estimator in refused():
            raise refused()[question.estimator].refusal
        _known(question.estimator, estimators(), "estimator", "There are")
    _complete(question)
    _consistent(question)
    _answerable(question)
    groups = (question.arm_column, question.cluster, question.strata, question.unit, *question.subgroups)
    frame = read_table(question.table, text=[column for column in groups if column is not None])
    return _from_counts(question, frame) if question.counts else _from_rows(question, frame)


def _from_rows(question: Question, frame: pd.DataFrame) -> Evaluation:
    table = UnitTable(unit_frame(question, frame), LAYOUTS[question.layout])
    plan = plan_of(question, table.frame)

    def evidence(contrast: Contrast) -> Evidence:
        return gather(table, plan.outcomes[0], contrast, covariates=plan.covariates)

    return _evaluation(question, plan, evidence, conduct=_conduct(table), table=table)


def _conduct(table: UnitTable) -> Conduct:
    """How many rows (one a site where nobody is counted) each arm has."""
    if "arm" not in table.frame:
        return Conduct({POOLED.treatment: len(table.frame)}, shares={})
    counts = table.frame["arm"].value_counts()
    return Conduct({str(arm): int(counts[arm]) for arm in sorted(counts.index)}, shares={})


def _from_counts(question: Question, frame: pd.DataFrame) -> Evaluation:
    import pandas as pd

    kind = kinds()[question.kind]
    if kind.from_counts is None or question.layout != "parallel":
        raise Fault(
            f"A {question.kind} outcome in the layout {question.layout} cannot be had from one row an arm.",
            do="Load the rows of the units.",
        )
    if question.exposure is not None:
        require_columns(frame, (question.exposure,))
        frame = frame.rename(columns={question.exposure: "exposure"})
    require_columns(frame, (question.arm_column, *kind.counts_columns))
    summaries = _summaries(frame, question, kind.from_counts)
    plan = plan_of(question, pd.DataFrame({"arm": list(summaries)}))

    def evidence(contrast: Contrast) -> Evidence:
        control, treatment = summaries[contrast.control], summaries[contrast.treatment]
        others = {
            arm: summary
            for arm, summary in summaries.items()
            if arm not in (contrast.control, contrast.treatment)
        }
        return Evidence(plan.outcomes[0], contrast, question.layout, control, treatment, others=others)

    conduct = Conduct({arm: summary.n for arm, summary in summaries.items()}, shares={})
    return _evaluation(question, plan, evidence, conduct=conduct)


def _summaries(
    frame: pd.DataFrame, question: Question, from_counts: Callable[[Mapping[str, float]], Summary]
) -> dict[str, Summary]:
    arms = labels(frame, question.arm_column)
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
    table: UnitTable | None = None,
) -> Evaluation:
    """Every contrast answered. No checks: they ask how a study was conducted, which a table does not tell."""
    outcome = plan.outcomes[0]
    declaration = replace(plan.declaration(outcome), rows=not question.counts, grouped=not question.counts)
    parts: list[Answered] = []
    for contrast in plan.contrasts:
        try:
            held = evidence(contrast)
        except Refusal as refusal:
            told = NotEstimable(outcome.name, contrast, None, refusal.reason, refusal.remedy)
            parts.append(Answered((), (told,)))
            continue
        parts.append(answer(plan, held, declaration, asked=question.estimator, table=table))
    return Evaluation(
        plan=plan,
        conduct=conduct,
        checks=(),
        findings=tuple(judged(plan, [finding for part in parts for finding in part.findings])),
        not_estimable=tuple(refusal for part in parts for refusal in part.refused),
        supplied=tuple(supplied for part in parts for supplied in part.supplied),
        data=DataFacts(digest(question.table), events=0, units=sum(conduct.assigned.values())),
        provenance=provenance(plan.seed),
    )


def _complete(question: Question) -> None:
    """Raises Fault where the question lacks what its kind is made of, or names what another kind is made of."""
    if question.counts:
        return
    if question.kind == "ratio" and not (question.numerator and question.denominator):
        raise Fault(
            "A ratio needs what is above and what is below.", do="Name --numerator and --denominator."
        )
    if question.numerator and question.kind not in ("ratio", "series"):
        raise Fault(
            f"An outcome of the kind {question.kind} has no numerator.",
            do="Name its column with --outcome, or ask for --kind ratio.",
        )
    if (
        question.kind == "time_to_event"
        and question.layout != "sites"
        and not (question.time and question.event)
    ):
        raise Fault(
            "A time to an event needs its time, and whether the event came then.",
            do="Name --time and --event (1, or 0 where sight was lost).",
        )
    if question.start is not None and question.kind != "count":
        raise Fault(
            "Intervals that begin somewhere are for events that come again.",
            do="Ask for --kind count, or leave --start out.",
        )
    if question.levels and question.kind != "ordinal":
        raise Fault(f"An outcome of the kind {question.kind} has no levels.", do="Leave --levels out.")


def _answerable(question: Question) -> None:
    """Raises Fault where no estimator is for such a kind in such a layout."""
    if not any(question.layout in e.layouts and question.kind in e.kinds for e in estimators().values()):
        fitting = sorted(
            {kind for e in estimators().values() if question.layout in e.layouts for kind in e.kinds}
        )
        raise Fault(
            f"No estimator answers for an outcome of the kind {question.kind} in the layout {question.layout}.",
            expected="one of the kinds " + ", ".join(fitting),
            do="Name another --kind, or another --layout.",
        )


def _consistent(question: Question) -> None:
    """Raises Fault where the question contradicts itself, whatever the table holds."""
    if question.scale:
        _known(question.scale, (scale.name for scale in kinds()[question.kind].scales), "scale", "There are")
        if question.layout != "sites":
            raise Fault("Only the effects of sites are on a scale of their own.", do="Leave --scale out.")
    needed = set(LAYOUTS[question.layout].requires) & {"cluster", "unit", "period"}
    for column in sorted(needed):
        named = getattr(question, column) or (column == "unit" and question.layout == "panel")
        if not question.counts and not named:
            raise Fault(
                f"The layout {question.layout} needs the {column}s' column.", do=f"Name it with --{column}."
            )
    if question.cluster is not None and question.layout == "parallel":
        raise Fault(
            f"Clusters were named, but in the layout {question.layout} each unit was assigned by itself.",
            do="Add --layout clustered, or leave --cluster out.",
        )
    if question.covariates and question.counts:
        raise Fault("One row an arm has no covariates.", do="Leave --covariate out, or load the units' rows.")
    exposed = question.offset or (question.exposure and question.layout != "stepped")
    if exposed and question.kind not in ("count", "series"):
        raise Fault(
            f"An outcome of the kind {question.kind} has no exposure.",
            do="Leave --exposure and --offset out.",
        )
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
