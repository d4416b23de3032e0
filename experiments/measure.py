"""Measurement: from a study's events to its unit table, in one pass over the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analysis.refusal import Refusal
from analysis.table import UnitTable
from experiments.conduct import data_facts
from experiments.design import designs
from experiments.engine import engine
from experiments.events import ASSIGNED, stored, vocabulary
from experiments.faults import Fault
from experiments.follow_up import OURS, halves, not_followed
from experiments.interval_table import measured
from experiments.log_facts import log_facts
from experiments.sql import part
from experiments.survey import answers, asked, reliability, scored
from experiments.unit_list import columns

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.about import Conduct, DataFacts, LogFacts, Reliability
    from experiments.engine import Engine
    from experiments.manifest import Manifest
    from experiments.store import Store
    from experiments.study import Study


def measure(store: Store, study: Study) -> tuple[UnitTable, Conduct, DataFacts]:
    """The unit table of a study, how the study ran, and which data were measured.

    Everybody who was assigned is in the table; where an exposure is declared, everybody who came to it: it is
    defined alike in all arms, so that leaving the others out keeps the comparison fair. Rows are ordered by what
    they hold, never by pseudonym. Raises Fault where nothing was taken in yet, or nobody was assigned.
    """
    manifest = store.manifest(study.id)
    if manifest.last is None or manifest.taken_in is None:
        raise Fault(f"No events of {study.id} were taken in yet.", do=f"watchkeeper ingest {study.id} FILE")
    design, words = designs()[study.design.kind], vocabulary(study)
    events, units = (
        store.events(study.id, schema=stored(words)),
        store.units(study.id, schema=columns(words)),
    )
    with engine(events=events, units=units) as opened:
        opened.hand("torn", opened.ask(part("SELECT unit FROM units WHERE torn")))
        end = log_end(study, last=manifest.last, taken_in=manifest.taken_in)
        if words.calendar:
            first = datetime.fromisoformat(manifest.first or manifest.last).replace(tzinfo=None)
            series, watched = measured(opened, study, first=first, end=end)
            return UnitTable(series, design.layout), watched, data_facts(manifest, watched, series)
        frame = opened.ask(design.rows(study, words, end)).to_pandas()
        if frame.empty:
            raise Fault(
                f"No unit of {study.id} was assigned and then exposed.",
                expected=f"{ASSIGNED} events with an arm, and {study.exposure} events after them",
                do="Ingest the log that holds them.",
            )
        over = has_ended(study, last=manifest.last, taken_in=manifest.taken_in)
        ran = replace(
            design.ran(opened, study, frame),
            ended=over,
            **_told(frame, study),
            log=_odd(opened, study, manifest),
        )
    scores = _scores(frame, study)
    if "period" in design.layout.requires and "unit" in scores:
        scores = _numbered(scores)
    return UnitTable(scores, design.layout), ran, data_facts(manifest, ran, scores)


def _told(frame: pd.DataFrame, study: Study) -> dict[str, Any]:
    """What the query's answer tells of the conduct, before it is made into the unit table."""
    return {
        "reliability": _reliability(frame, study),
        "not_followed": not_followed(frame, study),
        "halves": halves(frame, study),
    }


def _odd(opened: Engine, study: Study, manifest: Manifest) -> LogFacts:
    last = manifest.last or ""
    return log_facts(
        opened, study, first=manifest.first or last, last=last, taken_in=manifest.taken_in or last
    )


def has_ended(study: Study, *, last: str, taken_in: str) -> bool:
    """Whether the study's last day is declared, and over: by the calendar, or by its own log."""
    if study.design.end is None:
        return False
    zone = ZoneInfo(study.log.time_zone)
    instants = (datetime.fromisoformat(instant) for instant in (last, taken_in))
    days = [instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(zone).date() for instant in instants]
    return days[0] >= study.design.end or days[1] > study.design.end


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


def _scores(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The frame with the answers to questionnaires replaced by their scores."""
    scores: dict[str, NDArray[np.float64]] = {}
    items: list[str] = []
    by_period = "period" in frame
    for outcome in study.outcomes:
        for name, source in asked(outcome.id, outcome.source, by_period=by_period).items():
            scores[name] = scored(frame, name, source)
            items += answers(name, source)
        if outcome.source.waves and not by_period:
            scores[outcome.id] = scores[f"{outcome.id}@{outcome.source.wave}"]
    for covariate in study.covariates:
        if covariate.source.instrument is not None:
            scores[covariate.id] = scored(frame, covariate.id, covariate.source)
            items += answers(covariate.id, covariate.source)
    ours = [name for name in frame if str(name).startswith(OURS)]
    return frame.drop(columns=[*items, *ours]).assign(**scores)


def _reliability(frame: pd.DataFrame, study: Study) -> dict[str, Reliability]:
    """How the items of each score hang together at its wave (in its first period, where rows are periods)."""
    by_period = "period" in frame
    rows = frame.sort_values("period", kind="stable").drop_duplicates("unit") if by_period else frame
    found: dict[str, Reliability] = {}
    for outcome in study.outcomes:
        scores = asked(outcome.id, outcome.source, by_period=by_period)
        for name, source in list(scores.items())[-1:]:
            try:
                found[outcome.id] = reliability(rows, name, source)
            except Refusal:  # too few answers: a published reliability stands in
                continue
    return found


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of unit and period, units numbered from 1 by what their rows hold: never by pseudonym.

    The frame comes ordered by what it holds; rows alike in everything share a rank, and units are ordered by the
    ranks of their rows, period by period.
    """
    import numpy as np

    held = frame.drop(columns="unit").astype("str")
    rank = (held != held.shift()).any(axis=1).cumsum()
    ranks = frame.assign(rank=rank).pivot(index="unit", columns="period", values="rank").fillna(0)
    order = np.lexsort(ranks.to_numpy().T[::-1])
    number = dict(zip(ranks.index[order], range(1, len(order) + 1), strict=True))
    return frame.assign(unit=frame["unit"].map(number)).sort_values(["unit", "period"], ignore_index=True)
