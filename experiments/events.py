"""The vocabulary of an event log: the columns there can be, and what a study has declared of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.layout import CROSSOVER
from experiments.design import designs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from experiments.study import Source, Study

ASSIGNED, SURVEY = "assigned", "survey_item"
REQUIRED = ("unit", "occurred_at", "event")
PLAIN = ("event_id", "session", "arm", "value")
ANSWERS = ("instrument", "item", "wave")
AGGREGATED = ("mean", "sum", "max", "last")  # ways to put values together; they need a value on every event
ATTRIBUTE = "attribute."  # stands before the name of a study's own attribute, so that none can pass for ours


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a study's log may hold; anything else is left behind.

    `events` are the events it needs, `valued` those that carry a value, `surveys` its pairs of instrument and
    wave. `late_events` and `late_surveys` measure outcomes alone, and so cannot come before the assignment.
    """

    columns: tuple[str, ...]
    events: frozenset[str]
    valued: frozenset[str]
    surveys: frozenset[tuple[str, str]]
    late_events: frozenset[str]
    late_surveys: frozenset[tuple[str, str]]
    clustered: bool
    by_period: bool = False  # assignments name the period that they are for
    stepped: bool = False  # the design says what a cluster has when; assignments need no arm
    calendar: bool = (
        False  # nobody is assigned: the calendar decides, for each platform in the column `cluster`
    )

    @property
    def timed(self) -> bool:
        """Whether each unit has one clock, so that its events keep their time since the exposure."""
        return not (self.calendar or self.by_period or self.stepped)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns of the study's own attributes."""
        return tuple(column for column in self.columns if column.startswith(ATTRIBUTE))


def vocabulary(study: Study) -> Vocabulary:
    """The columns and events that a study needs: the allow-list of its log."""
    if study.design.interval:
        return _of_calendar(study)
    outcomes = [source for outcome in study.outcomes for source in outcome.sources]
    covariates = [covariate.source for covariate in study.covariates]
    both = [*outcomes, *covariates]
    surveys = frozenset(_surveys(both))
    clustered = in_clusters(study)
    by_period = designs()[study.design.kind].layout == CROSSOVER
    groups = (*(("cluster",) if clustered else ()), *(("period",) if by_period else ()))
    optional = (*PLAIN, *groups, *(ANSWERS if surveys else ()))
    extra = (SURVEY,) if surveys else ()
    return Vocabulary(
        columns=(*REQUIRED, *optional, *(f"{ATTRIBUTE}{name}" for name in study.log.attributes)),
        events=frozenset((ASSIGNED, study.exposure, *_events(both), *extra)),
        valued=frozenset(_events(source for source in both if source.value in AGGREGATED)),
        surveys=surveys,
        late_events=frozenset(_events(outcomes)) - {ASSIGNED, study.exposure, *_events(covariates)},
        late_surveys=frozenset(_surveys(outcomes)) - frozenset(_surveys(covariates)),
        clustered=clustered,
        by_period=by_period,
        stepped=bool(study.design.steps),
    )


def _of_calendar(study: Study) -> Vocabulary:
    """What a log needs where the calendar decides: events, their values, and platforms."""
    sources = [source for outcome in study.outcomes for source in outcome.sources]
    platform = ("cluster",) if study.design.adoption else ()
    nothing: frozenset[str] = frozenset()
    return Vocabulary(
        columns=(*REQUIRED, "event_id", *platform, "value"),
        events=frozenset(_events(sources)),
        valued=frozenset(_events(source for source in sources if source.value in AGGREGATED)),
        surveys=frozenset(),
        late_events=nothing,
        late_surveys=frozenset(),
        clustered=False,
        calendar=True,
    )


def only_totals(study: Study) -> bool:
    """Whether every event of a study's log is a total of many, so that no row is about a unit."""
    sources = [source for outcome in study.outcomes for source in outcome.sources]
    return bool(study.design.interval) and all(source.value == "sum" for source in sources)


def in_clusters(study: Study) -> bool:
    """Whether whole clusters were assigned, as the design has it or the study file decides."""
    return (study.design.assigned_by or designs()[study.design.kind].assigned_by) == "cluster"


def theirs(study: Study, column: str) -> str:
    """How the study's log calls one of our columns."""
    return study.log.theirs(column.removeprefix(ATTRIBUTE))


def stored(vocabulary: Vocabulary) -> pa.Schema:
    """What a row says, as it is stored. Ids are 64-bit numbers; `event_key` is the same for the same event."""
    import pyarrow as pa

    types = {
        "unit": pa.uint64(),
        "occurred_at": pa.timestamp("us"),
        "session": pa.uint64(),
        "value": pa.float64(),
        "item": pa.int32(),
    }
    columns = [column for column in vocabulary.columns if column != "event_id"]
    fields = [(column, types.get(column, pa.string())) for column in columns]
    return pa.schema([*fields, ("event_key", pa.uint64())])


def segment(vocabulary: Vocabulary) -> pa.Schema:
    """The columns of a segment: what rows say and, where units have one clock each, when that was for the unit.

    `since` counts microseconds from the unit's exposure, null where it has none; `in_session` says whether the
    session is the exposure's own.
    """
    import pyarrow as pa

    said = stored(vocabulary)
    if not vocabulary.timed:
        return said
    return said.append(pa.field("since", pa.int64())).append(pa.field("in_session", pa.bool_()))


def _events(sources: Iterator[Source] | list[Source]) -> Iterator[str]:
    return (source.event for source in sources if source.event is not None)


def _surveys(sources: list[Source]) -> Iterator[tuple[str, str]]:
    return ((s.instrument, wave) for s in sources if s.instrument for wave in s.waves or (s.wave or "",))
