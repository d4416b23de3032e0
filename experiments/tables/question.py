"""What is asked of a bare table, and the plan that the question amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from analysis.finding import Contrast
from analysis.layout import LAYOUTS, PANEL, SERIES
from analysis.outcome import Outcome, kinds
from analysis.plan import Plan
from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    from analysis.estimator import Estimand
    from analysis.outcome import Direction
    from analysis.plan import Adjustment

PREFIX = (
    "outcome"  # of our columns, which no table of theirs is likely to have: outcome.value, outcome.exposure
)
CONTROLS = ("0", "0.0", "false", "control", "placebo")  # arms that are the control without being named
POOLED = Contrast("pooled", "none")  # of sites, which share only their effects
EVERYBODY = "all"  # the one arm of a survey that compares nobody, only waves
BEFORE = "before"  # the segment of a series before its first change


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table. Columns are named as the table names them; `level` is that of the intervals.

    With `counts` the table has one row an arm, and `outcome` only names what was counted. `changes` are the first
    periods after each change of a series, written as the table writes periods. `options` are what the kind
    takes: q, tau. `scale` is the one that sites' effects are on, by default the kind's primary one. `prior` holds
    the parameters of a share's beta prior; `prior_sd` is that of the normal prior, 0 for the usual one.
    """

    table: Path
    kind: str
    outcome: str
    arm: str | None = None
    control: str | None = None
    treatment: str | None = None
    layout: str = "parallel"
    unit: str | None = None
    cluster: str | None = None
    period: str | None = None
    sequence: str | None = None
    strata: str | None = None
    season: str | None = None
    covariates: tuple[str, ...] = ()
    exposure: str | None = None
    offset: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    time: str | None = None
    event: str | None = None
    start: str | None = None
    levels: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    lags: int | None = None
    effect: str | None = None
    se: str | None = None
    margin: float | None = None
    better: Direction = "lower"
    estimator: str | None = None
    estimand: str = "individual-average"
    adjust: str = "holm"
    level: float = 0.95
    counts: bool = False
    subgroups: tuple[str, ...] = ()
    prior: tuple[float, float] = (0.5, 0.5)
    prior_sd: float = 0.0
    scale: str = ""
    options: dict[str, float] = field(default_factory=dict)

    @property
    def arm_column(self) -> str:
        """The column of the arms; `arm` where none is named."""
        return self.arm or "arm"

    @property
    def label(self) -> str:
        """What the outcome is called: as named, else what it is made of.

        >>> from pathlib import Path
        >>> Question(Path("t.csv"), "ratio", "clicks", numerator="clicks", denominator="searches").label
        'clicks / searches'
        """
        if self.kind == "ratio" and self.outcome == self.numerator:
            return f"{self.numerator} / {self.denominator}"
        if self.kind == "time_to_event" and self.outcome in (self.time, self.event):
            return f"time to {self.event}"
        return self.outcome


def plan_of(question: Question, frame: pd.DataFrame) -> Plan:
    """The plan that the question amounts to, for a unit table or (with `counts`) its arms.

    Nothing is known of how units came to their arms: not randomised.
    """
    platforms = _platforms(question, frame)
    options = {**question.options, **({"lags": float(question.lags)} if question.lags is not None else {})}
    outcome = Outcome(
        question.outcome,
        question.label,
        question.kind,
        better=question.better,
        margin=question.margin,
        columns={part: f"{PREFIX}.{part}" for part in (*_parts(question.kind), "times", "spans")},
        options=options,
        waves=_waves(frame),
    ).on(question.scale)
    arms = tuple(dict.fromkeys(frame["arm"])) if "arm" in frame else ()
    return Plan(
        outcomes=(outcome,),
        contrasts=_contrasts(question, arms),
        layout=question.layout,
        alpha=1 - question.level,
        covariates=(*question.covariates, *(("season",) if question.season else ())),
        stratified=question.strata is not None,
        matched=_matched(frame),
        randomised=False,
        estimand=cast("Estimand", question.estimand),
        adjust=cast("Adjustment", question.adjust),
        dated=(question.outcome,) if f"{PREFIX}.times" in frame else (),
        units=len(platforms),
        treated_units=sum(platforms.values()),
        subgroups=question.subgroups,
        prior=question.prior,
        prior_sd=question.prior_sd,
    )


def _parts(kind: str) -> tuple[str, ...]:
    return (*kinds()[kind].parts, *kinds()[kind].optional)


def _waves(frame: pd.DataFrame) -> tuple[str, ...]:
    mark = f"{PREFIX}.value@"
    return tuple(str(column).removeprefix(mark) for column in frame.columns if str(column).startswith(mark))


def _matched(frame: pd.DataFrame) -> bool:
    """Whether each stratum holds at most one cluster of each arm, and at least half of the strata both."""
    if not {"cluster", "stratum", "arm"} <= set(frame.columns):
        return False
    clusters = frame[["stratum", "cluster", "arm"]].drop_duplicates()
    pairs = clusters.groupby("stratum").agg({"cluster": "size", "arm": "nunique"})
    alone = (pairs["cluster"] <= 2) & (pairs["cluster"] == pairs["arm"])
    return bool(alone.all() and (pairs["arm"] == 2).mean() >= 0.5)  # some partners may be lost


def _platforms(question: Question, frame: pd.DataFrame) -> dict[str, bool]:
    """Whether each platform of a panel ever adopts; empty for other layouts."""
    if question.layout != PANEL.name:
        return {}
    control = control_among(question, tuple(dict.fromkeys(frame["arm"])))
    adopts = (frame["arm"] != control).groupby(frame["unit"]).any()
    return {str(unit): bool(ever) for unit, ever in adopts.items()}


def _contrasts(question: Question, arms: tuple[str, ...]) -> tuple[Contrast, ...]:
    if not LAYOUTS[question.layout].compares:
        return (POOLED,)
    if question.layout == SERIES.name:
        return tuple(Contrast(arm, BEFORE) for arm in arms if arm != BEFORE)
    if arms == (EVERYBODY,):
        return (Contrast(EVERYBODY, EVERYBODY),)
    if len(arms) < 2:
        raise Fault(
            f'The column "{question.arm_column}" holds only one arm.',
            expected="a control and at least one treatment",
        )
    for arm in (question.control, question.treatment):
        if arm is not None and arm not in arms:
            raise Fault(
                f'No row of the column "{question.arm_column}" is in the arm "{arm}".',
                do=did_you_mean(arm, arms) or "Name an arm as the table writes it.",
            )
    control = control_among(question, arms)
    treatments = [question.treatment] if question.treatment else sorted(arm for arm in arms if arm != control)
    if treatments == [control]:
        raise Fault("The treatment and the control are the same arm.", do="Name two arms.")
    return tuple(Contrast(treatment, control) for treatment in treatments)


def control_among(question: Question, arms: Iterable[str]) -> str:
    """The control, as named or as one arm's name gives away. Raises Fault where neither tells."""
    if question.control is not None:
        return question.control
    named = [arm for arm in arms if arm.casefold() in CONTROLS]
    if len(named) == 1:
        return named[0]
    raise Fault("Which arm is the control cannot be told from the table.", do="Name it with --control.")
