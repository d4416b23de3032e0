"""Measurement: from a study's events to one row a unit, in one pass over the log."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlglot import exp

from analysis.table import UnitTable
from experiments.conduct import conduct, data_facts
from experiments.design import designs
from experiments.engine import engine
from experiments.events import ASSIGNED, ATTRIBUTE, stored, vocabulary
from experiments.faults import Fault
from experiments.measuring import measures
from experiments.rejects import assigned_twice
from experiments.sql import among, column, named, part
from experiments.survey import answers, scored
from experiments.unit_query import combined, counted, occurred

if TYPE_CHECKING:
    import pandas as pd

    from analysis.about import Conduct, DataFacts
    from experiments.events import Vocabulary
    from experiments.store import Store
    from experiments.study import Source, Study


def measure(store: Store, study: Study) -> tuple[UnitTable, Conduct, DataFacts]:
    """The unit table of a study, how the study ran, and which data were measured.

    Everybody who was assigned is in the table; where an exposure is declared, everybody who came to it: it is
    defined alike in all arms, so that leaving the others out keeps the comparison fair. Rows are ordered by what
    they hold, never by pseudonym. Raises Fault where nothing was taken in yet, or nobody was assigned.
    """
    manifest = store.manifest(study.id)
    if manifest.last is None or manifest.taken_in is None:
        raise Fault(f"No events of {study.id} were taken in yet.", do=f"watchkeeper ingest {study.id} FILE")
    words = vocabulary(study)
    events = store.events(study.id, schema=stored(words))
    with engine(events=events, torn=assigned_twice(store, study.id)) as opened:
        end = log_end(study, last=manifest.last, taken_in=manifest.taken_in)
        frame = opened.ask(unit_query(study, words, end)).to_pandas()
        if frame.empty:
            raise Fault(
                f"No unit of {study.id} was assigned and then exposed.",
                expected=f"{ASSIGNED} events with an arm, and {study.exposure} events after them",
                do="Ingest the log that holds them.",
            )
        ran = conduct(opened, study, frame, clustered=words.clustered)
    scores = _scores(frame, study)
    table = UnitTable(scores, designs()[study.design.kind].layout)
    return table, ran, data_facts(manifest, ran, scores)


def log_end(study: Study, *, last: str, taken_in: str) -> datetime:
    """Until when the log tells what happened (UTC, naive), from the instants of its last event and its last intake.

    A study that was over when its log was taken in was watched until the end of its last day, or its last event
    if that is later. Without a last day, or before it, the log is an extract that ends with its last event.
    """
    last_event = datetime.fromisoformat(last).replace(tzinfo=None)
    if study.design.end is None:
        return last_event
    midnight = datetime.combine(study.design.end + timedelta(days=1), time(), ZoneInfo(study.log.time_zone))
    over = midnight <= datetime.fromisoformat(taken_in)
    return max(last_event, midnight.astimezone(UTC).replace(tzinfo=None)) if over else last_event


def unit_query(study: Study, words: Vocabulary, end: datetime) -> exp.Select:
    """SELECT one row a unit: who it is, when its clock started, and a column for each outcome and covariate."""
    facts = ["unit", "arm", "exposure", *(["cluster"] if words.clustered else [])]
    columns = {name: part("any_value(:c)", c=column(name, "c")) for name in facts[1:]}
    if study.design.strata:
        columns["stratum"] = _stratum(study.design.strata)
    for outcome in study.outcomes:
        columns |= measures()[outcome.kind].columns(outcome, study)
    for covariate in study.covariates:
        columns |= _baseline(covariate.id, covariate.source)
    order = [column(name) for name in columns if name != "unit"]
    return (
        exp.select(part("c.unit"), *(named(expression, name) for name, expression in columns.items()))
        .from_("clocks AS c")
        .join(_needed(words).subquery("e"), on=part("e.unit = c.unit"), join_type="left")
        .group_by(part("c.unit"))
        .order_by(*order)
        .with_("assigned", as_=_assigned(words))
        .with_("clocks", as_=_clocks(study, end))
    )


def _needed(words: Vocabulary) -> exp.Select:
    names = [
        "unit",
        "occurred_at",
        "event",
        "session",
        "value",
        *(["instrument", "item", "wave"] if words.surveys else []),
    ]
    return exp.select(*names).from_("events").where(among("event", sorted(words.events)))


def _assigned(words: Vocabulary) -> exp.Select:
    """Each unit's first assignment; units that the log assigns twice are left out."""
    facts = ["arm", *(["cluster"] if words.clustered else []), *words.attributes]
    return (
        exp.select("unit", part("min(occurred_at) AS assigned_at"), part("min(:o) AS start", o=_START))
        .select(*(named(part("min(:c)", c=column(name)), name) for name in facts))
        .from_("events")
        .where(part("event = :assigned AND NOT unit IN (SELECT unit FROM torn)", assigned=ASSIGNED))
        .group_by("unit")
    )


_START = part("struct_pack(o := occurred_at, s := session)")


def _clocks(study: Study, end: datetime) -> exp.Select:
    """Each unit's clock: its first exposure at or after its assignment, that exposure's session, the log's end."""
    log_end = part("CAST(:end AS TIMESTAMP) AS log_end", end=end.isoformat(sep=" "))
    if study.exposure == ASSIGNED:
        return exp.select("*", part("start.o AS exposure"), part("start.s AS session"), log_end).from_(
            "assigned"
        )
    exposures = part(
        """SELECT e.unit, min(struct_pack(o := e.occurred_at, s := e.session)) AS first_exposure
           FROM events AS e JOIN assigned AS a ON e.unit = a.unit
           WHERE e.event = :exposure AND e.occurred_at >= a.assigned_at GROUP BY e.unit""",
        exposure=study.exposure,
    )
    return (
        exp.select(
            "assigned.*", part("first_exposure.o AS exposure"), part("first_exposure.s AS session"), log_end
        )
        .from_("assigned")
        .join(exposures.subquery("x"), on=part("x.unit = assigned.unit"))
    )


def _stratum(attributes: tuple[str, ...]) -> exp.Expression:
    """The combination of attributes within which a unit was allocated."""
    levels = [
        part("coalesce(any_value(:c), 'unknown')", c=column(f"{ATTRIBUTE}{name}", "c")) for name in attributes
    ]
    return exp.func("concat_ws", exp.Literal.string(" / "), *levels, dialect="duckdb")


def _baseline(name: str, source: Source) -> dict[str, exp.Expression]:
    """The columns of a covariate."""
    if source.attribute is not None:
        return {name: part("any_value(:c)", c=column(f"{ATTRIBUTE}{source.attribute}", "c"))}
    if source.instrument is not None:
        return answers(name, source)
    simple = {None: counted, "count": counted, "any": occurred}
    return {name: simple.get(source.value, combined)(source)}


def _scores(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The frame with the answers to questionnaires replaced by their scores."""
    declared = [(o.id, o.source) for o in study.outcomes] + [(c.id, c.source) for c in study.covariates]
    surveys = {name: source for name, source in declared if source.instrument is not None}
    scores = {name: scored(frame, name, source) for name, source in surveys.items()}
    items = [name for name, source in surveys.items() for name in answers(name, source)]
    return frame.drop(columns=items).assign(**scores)
