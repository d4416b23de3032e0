"""Unit tables by loops over units, as slow and plain as can be: what a study's measurement is compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.experiments.drawn_studies import DAY, LONGEST, SPANS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.experiments.drawn_studies import Drawn, Event


@dataclass(frozen=True)
class Clock:
    """A unit that is in the table: its first assignment and its first exposure from then on."""

    given: Event
    exposure: Event
    events: tuple[Event, ...]
    end: int


def clocks(study: Drawn, log: Iterable[Event]) -> list[Clock]:
    """The units that were assigned once and exposed."""
    log = list(dict.fromkeys(log))
    end = max(event.at for event in log)
    found = []
    for unit in sorted({event.unit for event in log}):
        own = tuple(sorted((e for e in log if e.unit == unit), key=lambda e: e.at))
        given = [event for event in own if event.event == "assigned"]
        if (
            not given
            or len({event.arm for event in given}) > 1
            or len({event.cluster for event in given}) > 1
        ):
            continue
        seen = [e for e in own if e.event == study.exposure and e.at >= given[0].at]
        if seen:
            found.append(Clock(given[0], seen[0], own, end))
    return found


def table(study: Drawn, log: Iterable[Event]) -> pd.DataFrame:
    """The unit table, but for the instant of the exposure."""
    rows = []
    for clock in clocks(study, log):
        row: dict[str, Any] = {"arm": clock.given.arm}
        if study.clustered:
            row["cluster"] = clock.given.cluster
        if study.strata:
            row["stratum"] = " / ".join(getattr(clock.given, name) or "unknown" for name in study.strata)
        row |= {f"subgroup.{name}": getattr(clock.given, name) or None for name in study.subgroups}
        for outcome in study.outcomes:
            row |= {
                f"{outcome['id']}{part}": value for part, value in measured(clock, study, outcome).items()
            }
        for covariate in study.covariates:
            row[covariate["id"]] = _covariate(clock, covariate)
        rows.append(row)
    return pd.DataFrame(rows)


def _covariate(clock: Clock, said: dict[str, Any]) -> Any:
    if "attribute" in said:
        return getattr(clock.given, said["attribute"]) or None
    here = _within(clock, said["event"], -_length(said["window"]), 0)
    return _together(here, said.get("value", "count"))


def measured(clock: Clock, study: Drawn, said: dict[str, Any]) -> dict[str, float]:
    """What a unit has of an outcome, by the end of the column's name."""
    window = said.get("window")
    length = _length(window) if isinstance(window, dict) else None
    if said["kind"] == "time_to_event":
        first = [e.at - clock.exposure.at for e in _ahead_of(clock, said["event"], window)]
        watched = min(clock.end - clock.exposure.at, length or 0)
        return {".time": (first[0] if first else watched) / DAY, ".event": float(bool(first))}
    if window == "session":
        known = bool(clock.exposure.session)
    else:
        known = length is None or clock.exposure.at + length <= clock.end
    values = _values(clock, study, said, length)
    return {name: value if known else math.nan for name, value in values.items()}


def _values(clock: Clock, study: Drawn, said: dict[str, Any], length: int | None) -> dict[str, float]:
    window = said.get("window")
    if said["kind"] == "ratio":
        parts = {name: said[name] for name in ("numerator", "denominator")}
        return {
            f".{name}": _together(_ahead_of(clock, part["event"], window), part["value"])
            for name, part in parts.items()
        }
    here = _ahead_of(clock, said["event"], window)
    if said["kind"] == "count":
        watched = clock.end - clock.exposure.at
        per = {
            "none": 1.0,
            "day": (watched if length is None else min(watched, length)) / DAY,
            "exposure": float(len(_ahead_of(clock, study.exposure, window))),
        }[said["per"]]
        return {"": float(len(here)), ".exposure": per or math.nan}
    value = _together(here, said.get("value", "any"))
    if said["kind"] == "ordinal":
        value = float(said["levels"].index(value)) if value in said["levels"] else math.nan
    return {"": value}


def _ahead_of(clock: Clock, event: str, window: Any) -> list[Event]:
    length = _length(window) if isinstance(window, dict) else 2 * LONGEST
    here = _within(clock, event, 0, length)
    if window == "session":
        return [e for e in here if e.session and e.session == clock.exposure.session]
    return here


def _within(clock: Clock, event: str, low: int, high: int) -> list[Event]:
    t = clock.exposure.at
    return [e for e in clock.events if e.event == event and t + low <= e.at < t + high]


def _together(here: list[Event], how: str) -> float:
    if how in ("any", "count"):
        return float(bool(here)) if how == "any" else float(len(here))
    values = [event.value for event in here if event.value is not None]
    if how == "sum" or not values:
        return float(math.fsum(values)) if how == "sum" else math.nan
    if how == "last":
        return max(e.value for e in here if e.value is not None and e.at == here[-1].at)
    return max(values) if how == "max" else math.fsum(values) / len(values)


def _length(window: dict[str, int]) -> int:
    [(unit, number)] = window.items()
    return abs(number) * SPANS[unit]
