"""Studies and logs drawn by chance, and their unit tables by loops over units, as slow and plain as can be."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

START = datetime(2026, 3, 1)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LONGEST = 20 * DAY
SPANS = {"days": DAY, "hours": HOUR, "minutes": 60 * SECOND}
COLUMNS = ("unit", "occurred_at", "event", "arm", "cluster", "session", "value", "country", "band")


@dataclass(frozen=True)
class Event:
    """A row of a log; `at` in microseconds since the first day."""

    unit: str
    at: int
    event: str
    arm: str = ""
    cluster: str = ""
    session: str = ""
    value: float | None = None
    country: str = ""
    band: str = ""

    def __str__(self) -> str:
        instant = (START + timedelta(microseconds=self.at)).isoformat(timespec="microseconds")
        value = "" if self.value is None else repr(self.value)
        cells = (self.arm, self.cluster, self.session, value, self.country, self.band)
        return ",".join((self.unit, f"{instant}Z", self.event, *cells))


@dataclass(frozen=True)
class Drawn:
    """A study drawn by chance: what its file says of exposure, outcomes, covariates, strata and subgroups."""

    clustered: bool
    exposure: str
    outcomes: tuple[dict[str, Any], ...]
    covariates: tuple[dict[str, Any], ...]
    arms: tuple[str, ...] = ("none", "warning")
    strata: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)

    @property
    def declared(self) -> str:
        """The study file."""
        arms = {arm: {"label": arm, "control": arm == "none"} for arm in self.arms}
        design: dict[str, Any] = {"kind": "cluster" if self.clustered else "individual", "arms": arms}
        if self.strata:
            design["strata"] = list(self.strata)
        plan = dict(self.plan)
        if self.subgroups:
            plan["subgroups"] = list(self.subgroups)
        said = {
            "study": "small",
            "title": "Drawn by chance",
            "topic": "deterrence",
            "company": "platform-a",
            "design": design,
            "exposure": {"event": self.exposure},
            "outcomes": list(self.outcomes),
            "covariates": list(self.covariates),
            "log": {"attributes": ["country", "band"]},
            **({"plan": plan} if plan else {}),
        }
        return "".join(f"{name}: {json.dumps(value)}\n" for name, value in said.items())


def content(events: Iterable[Event]) -> str:
    """A log as CSV."""
    return "\n".join((",".join(COLUMNS), *map(str, events))) + "\n"


def drawn_study(rng: random.Random) -> Drawn:
    """Outcomes of several kinds over windows of all sorts, covariates before the exposure and attributes."""
    kinds = rng.sample(sorted(OUTCOMES), rng.randint(2, 5))
    outcomes: list[dict[str, Any]] = []
    for place, kind in enumerate(kinds):
        said = {"id": f"o{place}", "role": "secondary" if place else "primary", "kind": kind, "better": "lower"}
        outcomes.append({**said, **OUTCOMES[kind](rng)})
    covariates = [{"id": "dues", "event": "due", "window": {"days": -rng.randint(1, 9)}}]
    if rng.random() < 0.7:
        value = rng.choice(["count", "any", "sum", "mean", "max", "last"])
        covariates.append(
            {"id": "past", "event": rng.choice(["click", "search"]), "value": value, "window": _back(rng)}
        )
    if rng.random() < 0.5:
        covariates.append({"id": "age", "attribute": "band"})
    return Drawn(
        clustered=rng.random() < 0.4,
        exposure=rng.choice(["due", "due", "assigned"]),
        outcomes=tuple(outcomes),
        covariates=tuple(covariates),
        arms=("none", "warning", "hint") if rng.random() < 0.25 else ("none", "warning"),
        strata=tuple(rng.choice([(), (), ("country",), ("country", "band")])),
        subgroups=tuple(rng.choice([(), ("country",)])),
    )


def _back(rng: random.Random) -> dict[str, int]:
    unit = rng.choice(sorted(SPANS))
    return {unit: -rng.randint(1, {"days": 9, "hours": 90, "minutes": 5000}[unit])}


def _ahead(rng: random.Random, *, session: bool = True) -> dict[str, Any]:
    """Window of an outcome, as the study file has it; none is from the exposure onwards."""
    if session and (drawn := rng.random()) < 0.3:
        return {"window": "session"} if drawn < 0.15 else {}
    unit = rng.choice(sorted(SPANS))
    return {"window": {unit: rng.randint(1, {"days": 6, "hours": 100, "minutes": 6000}[unit])}}


OUTCOMES = {
    "proportion": lambda rng: {"event": rng.choice(["click", "search"]), **_ahead(rng)},
    "count": lambda rng: {
        "event": rng.choice(["click", "search"]),
        "per": rng.choice(["day", "exposure", "none"]),
        **_ahead(rng),
    },
    "mean": lambda rng: {"event": "search", "value": rng.choice(["mean", "sum", "max", "last"]), **_ahead(rng)},
    "ratio": lambda rng: {
        "numerator": {"event": "click", "value": rng.choice(["count", "sum"])},
        "denominator": {"event": "search", "value": rng.choice(["count", "sum"])},
        **_ahead(rng),
    },
    "ordinal": lambda rng: {
        "event": "search",
        "value": rng.choice(["last", "max"]),
        "levels": [0, 1, 2, 4],
        **_ahead(rng),
    },
    "quantile": lambda rng: {"event": "search", "value": "sum", "q": 0.5, **_ahead(rng)},
    "time_to_event": lambda rng: {"event": "click", **_ahead(rng, session=False)},
}


def drawn_log(rng: random.Random, study: Drawn, units: int) -> list[Event]:
    """Events on a coarse grid of times (ties and edges of windows are common), some a microsecond beside it.

    Some units are never assigned, assigned twice alike, or torn between two arms or clusters; exposures repeat
    and come before assignments too. The last event of all is nobody's.
    """
    step = rng.choice([DAY, 12 * HOUR, HOUR])
    events: list[Event] = []
    for number in range(units):
        events += _of_unit(rng, study, f"u{number}", number, step)
    once = {(e.unit, e.at, e.event) if e.event == "due" else str(e): e for e in events}
    rows = list(once.values())
    rng.shuffle(rows)
    return [*rows, Event("nobody", LONGEST + rng.choice([0, 5]) * HOUR, "due")]


def _of_unit(rng: random.Random, study: Drawn, unit: str, number: int, step: int) -> list[Event]:
    def when(low: int = 0) -> int:
        beside = rng.choice([0, 0, 0, 0, -1, 1])
        return min(max(low, rng.randrange(low, LONGEST + 1) // step * step + beside), LONGEST)

    group = number % 12
    arm = study.arms[group % len(study.arms)] if study.clustered else rng.choice(study.arms)
    cluster = f"g{group}" if study.clustered else ""
    facts = {"country": rng.choice(["FR", "GB", ""]), "band": rng.choice(["a", "b", "c", ""])}
    since = when() // 2
    events = []
    if rng.random() < 0.9:
        events.append(Event(unit, since, "assigned", arm, cluster, rng.choice(["", "s1"]), **facts))
        if (chance := rng.random()) < 0.1:
            events.append(Event(unit, since + step, "assigned", arm, cluster, "s2", country="GB"))
        elif chance < 0.15:
            other = study.arms[(study.arms.index(arm) + 1) % len(study.arms)]
            torn = {"arm": arm, "cluster": f"g{(group + 2 * len(study.arms)) % 12}"}
            if not study.clustered:
                torn = {"arm": other, "cluster": ""}
            if torn["cluster"] != cluster or not study.clustered:
                events.append(Event(unit, since + step, "assigned", **torn))
    for event, most in (("due", 3), ("click", 6), ("search", 6)):
        for _ in range(rng.randint(0, most)):
            value = rng.choice([0.0, 1.0, 2.0, 4.0, 7.25, -3.1]) if event != "due" else None
            session = rng.choice(["", "s1", "s2"])
            events.append(Event(unit, when(), event, session=session, value=value))
    return events


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
        if not given or len({event.arm for event in given}) > 1 or len({event.cluster for event in given}) > 1:
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
            row |= {f"{outcome['id']}{part}": value for part, value in measured(clock, study, outcome).items()}
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
