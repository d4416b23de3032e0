"""From a study file, or a table of who has the treatment when, to a question about its power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.outcome import kinds
from analysis.planning.question import Question
from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from experiments.study import DeclaredOutcome, Study

_BASES = ("rate", "mean", "base")  # what `simulate:` calls a control arm's figure, by kind


def question_of(
    study: Study, outcome: str | None, *, units: float | None, given: Mapping[str, Any]
) -> tuple[Question, tuple[str, ...]]:
    """The question that a study file asks about one outcome (the first primary one), and notes on it.

    `given` are words of a Question that go before the file's. `units` is the number in all. Raises Fault where the
    study has no such outcome.
    """
    declared = _declared(study, outcome)
    plan, notes = study.plan, []
    compared = len(study.design.arms) - 1 if not study.design.interval else 1
    alpha = plan.alpha
    if compared > 1 and plan.adjust != "none":
        alpha /= compared
        notes.append(
            f"Planned for each of {compared} comparisons at alpha {alpha:.3g}, so that all hold together."
        )
    if len(plan.looks) > 1:
        notes.append(
            "The power is that of one look at the end; the planned looks before it cost a little of it."
        )
    words: dict[str, Any] = {
        "design": _design(study, declared),
        "kind": declared.kind,
        "level": 1 - alpha,
        "better": declared.better,
        "margin": declared.margin,
        "icc": study.simulation.get("stability" if study.design.kind == "crossover" else "icc"),
        **_truth(declared),
        **_shape(study),
    }
    question = Question(**{**words, **{name: value for name, value in given.items() if value is not None}})
    return replace(question, **_sizes(study, question, units)), tuple(notes)


def _declared(study: Study, name: str | None) -> DeclaredOutcome:
    by_id = {outcome.id: outcome for outcome in study.outcomes}
    if name is None:
        return next((o for o in study.outcomes if o.role == "primary"), study.outcomes[0])
    if name not in by_id:
        raise Fault(
            f'The study has no outcome "{name}".',
            expected=f"one of {', '.join(by_id)}",
            do=did_you_mean(name, by_id),
        )
    return by_id[name]


def _design(study: Study, outcome: DeclaredOutcome) -> str:
    """A guardrail with a margin is planned for non-inferiority where units are randomised."""
    kind = study.design.kind
    if kind != "individual":
        return kind
    if outcome.role == "guardrail" and outcome.margin and outcome.kind in ("proportion", "mean", "score"):
        return "non-inferiority"
    return "repeated" if outcome.source.waves else kind


def _truth(outcome: DeclaredOutcome) -> dict[str, Any]:
    """What the file supposes of the outcome under `simulate:`; nothing where it does not say."""
    said = outcome.simulate
    base = next((said[name] for name in _BASES if name in said), None)
    dispersion = said.get("dispersion", 0.0)
    takes = kinds()[outcome.kind].takes
    options = {name: value for name, value in outcome.options.items() if name in takes}
    if "tau" in takes and outcome.source.window is not None:
        options["tau"] = outcome.source.window.seconds / 86_400
    known: dict[str, Any] = {"base": base, "sd": said.get("sd"), "dispersion": dispersion, "options": options}
    if outcome.kind != "series":
        return known
    rho = said.get("rho", 0.4)
    sd = (
        said["sd"] * (1 - rho**2) ** 0.5 if "sd" in said else None
    )  # what is new of errors that hang together
    return known | {"rho": rho, "sd": sd}


def _shape(study: Study) -> dict[str, Any]:
    """Shares of the arms, and the calendar of designs that have one."""
    design = study.design
    if design.kind == "stepped-wedge":
        schedule = _schedule(study)
        return {"schedule": schedule, "periods": schedule.shape[1]}
    if design.interval and design.start and design.end:
        from experiments.intervals import first_days

        periods = len(first_days(design.start, design.end, design.interval)) - 1
        if not design.adoption:
            before = len(first_days(design.start, design.changes[0].on, design.interval)) - 2
            return {"periods": periods, "size": periods, "before": before / periods}
        treated = sum(adopted.on is not None for adopted in design.adoption)
        return {"periods": periods, "size": len(design.adoption), "treated": treated}
    control = next(arm.share for arm in design.arms if arm.control)
    treated_share = min(arm.share for arm in design.arms if not arm.control)
    return {"ratio": treated_share / control} if design.kind == "individual" else {}


def _schedule(study: Study) -> NDArray[np.float64]:
    """Who has the treatment when (clusters x periods), by the days of `steps`."""
    from datetime import date

    design = study.design
    if design.start is None:
        raise Fault("design.start is not said.", expected="the first day of the stepped wedge")
    switches = [
        np.inf if day == "never" else (date.fromisoformat(day) - design.start).days / design.period_days
        for day in design.steps.values()
    ]
    last = max(switch for switch in switches if np.isfinite(switch)) + 1
    if design.end is not None:
        last = ((design.end - design.start).days + 1) / design.period_days
    return (np.arange(max(int(last), 1)) >= np.array(switches)[:, None]).astype(float)


def _sizes(study: Study, question: Question, units: float | None) -> dict[str, Any]:
    """What `units` in all mean for the design's own size."""
    if question.design == "stepped-wedge" and question.schedule is not None:
        clusters, periods = question.schedule.shape
        size = units / (clusters * periods) if units else question.cluster_size
        return {"size": clusters, "cluster_size": size}
    if units is None or study.design.interval:
        return {}
    if question.design == "cluster":
        if question.size is not None:
            return {"cluster_size": units / (2 * question.size)}
        return {"size": units / (2 * question.cluster_size)} if question.cluster_size else {}
    if question.design in ("crossover", "repeated"):
        return {"size": units / 2}
    control = next(arm.share for arm in study.design.arms if arm.control)
    return {"size": units * control / sum(arm.share for arm in study.design.arms)}


def schedule_from(path: Path) -> NDArray[np.float64]:
    """A table with a row a cluster and, after a column of names, a 0 or 1 for each period (clusters x periods).

    Raises Fault where it holds anything else, or a cluster goes back.
    """
    from experiments.tables.table_file import numbers, read_table

    frame = read_table(path)
    columns = [str(column) for column in frame.columns[1:]]
    if len(columns) < 2 or len(frame) < 2:
        raise Fault(
            f"{path.name} is no schedule.",
            expected="a row a cluster, and a column for each of two periods or more",
        )
    schedule = np.column_stack([numbers(frame, column) for column in columns]).astype(float)
    if not np.isin(schedule, (0.0, 1.0)).all():
        raise Fault(
            f"{path.name} holds something else than 0 and 1.",
            expected="0 where a cluster has no treatment in a period, 1 where it has",
        )
    return schedule
