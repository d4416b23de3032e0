"""The vocabulary of an event log: the columns there can be, and what a study has declared of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns of the study's own attributes."""
        return tuple(column for column in self.columns if column.startswith(ATTRIBUTE))


def vocabulary(study: Study) -> Vocabulary:
    """The columns and events that a study needs: the allow-list of its log."""
    outcomes = [outcome.source for outcome in study.outcomes]
    covariates = [covariate.source for covariate in study.covariates]
    both = [*outcomes, *covariates]
    surveys = frozenset(_surveys(both))
    clustered = designs()[study.design.kind].assigned_by == "cluster"
    optional = (*PLAIN, *(("cluster",) if clustered else ()), *(ANSWERS if surveys else ()))
    extra = (SURVEY,) if surveys else ()
    return Vocabulary(
        columns=(*REQUIRED, *optional, *(f"{ATTRIBUTE}{name}" for name in study.log.attributes)),
        events=frozenset((ASSIGNED, study.exposure, *_events(both), *extra)),
        valued=frozenset(_events(source for source in both if source.value in AGGREGATED)),
        surveys=surveys,
        late_events=frozenset(_events(outcomes)) - {ASSIGNED, study.exposure, *_events(covariates)},
        late_surveys=frozenset(_surveys(outcomes)) - frozenset(_surveys(covariates)),
        clustered=clustered,
    )


def theirs(study: Study, column: str) -> str:
    """How the study's log calls one of our columns."""
    return study.log.theirs(column.removeprefix(ATTRIBUTE))


def stored(vocabulary: Vocabulary) -> pa.Schema:
    """The columns of a segment. Ids are 64-bit numbers; `event_key` is the same for the same event."""
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


def _events(sources: Iterator[Source] | list[Source]) -> Iterator[str]:
    return (source.event for source in sources if source.event is not None)


def _surveys(sources: list[Source]) -> Iterator[tuple[str, str]]:
    return ((s.instrument, s.wave or "") for s in sources if s.instrument is not None)
