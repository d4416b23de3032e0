"""Studies of several kinds and their logs, drawn by chance: edges of windows, ties and gaps are common in them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

START = datetime(2026, 3, 1, tzinfo=UTC)
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
        return ",".join((self.unit, f"{instant}", self.event, *cells))


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
        said = {
            "id": f"o{place}",
            "role": "secondary" if place else "primary",
            "kind": kind,
            "better": "lower",
        }
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
    "mean": lambda rng: {
        "event": "search",
        "value": rng.choice(["mean", "sum", "max", "last"]),
        **_ahead(rng),
    },
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
