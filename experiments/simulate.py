"""An event log with a known truth, in a study's own words: for trying out a study before anybody is in it.

What is drawn follows from the study file and the effects alone; nothing here knows how it will be analysed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from experiments.design import designs
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from experiments.generator import Aim
    from experiments.study import Study


MOST = 10_000_000  # units; their events fill the memory of a large computer


def simulate(
    study: Study,
    *,
    units: int,
    seed: int,
    effects: Mapping[str, float],
    out: Path,
    until: date | None = None,
) -> int:
    """Write a log of `units` units to `out`, in the format its name says; returns the number of events.

    `effects` are on each outcome's primary scale, keyed by outcome (every treatment arm) or `outcome:arm`; an
    outcome without one has no effect. `until` is the last day that the log tells of, in the study's time zone: the
    study as it stood then, with its latest units not followed to the end. The same arguments give the same bytes.
    Raises Fault where the study, the effects, the number of units and the day cannot go together.
    """
    if units > MOST:
        raise Fault(f"{units:,} units are too many to draw at once.", expected=f"at most {MOST:,}")
    from experiments.simulation.log_file import write

    made = _so_far(_drawn(study, effects, units=units, seed=seed), study, until)
    write(made, out, log=study.log)
    return int(made.num_rows)


def _so_far(made: Any, study: Study, until: date | None) -> Any:
    """The rows up to the end of the day `until`, of units that were assigned by then."""
    if until is None:
        return made
    midnight = datetime.combine(until + timedelta(days=1), time(), ZoneInfo(study.log.time_zone))
    kept = made.filter(made[study.log.theirs("occurred_at")].to_numpy() < midnight.timestamp())
    if not study.design.interval:
        kept = _of_assigned(kept, study)
    if kept.num_rows == 0:
        raise Fault(f"Nobody is in this study by {until}.", expected="a day on which it has begun")
    return kept


def _of_assigned(made: Any, study: Study) -> Any:
    """The rows of units whose assignment is among them: what others did before theirs is not in a log yet."""
    import pyarrow.compute

    units = made[study.log.theirs("unit")].cast("string")
    events = made[study.log.theirs("event")].cast("string")
    begun = units.filter(pyarrow.compute.equal(events, "assigned"))
    return made.filter(pyarrow.compute.is_in(units, value_set=begun))


def _drawn(study: Study, effects: Mapping[str, float], *, units: int, seed: int) -> Any:
    """All rows of the study, from its first unit to the end of its last one's follow-up."""
    from experiments.simulation.aims import aims, settings
    from experiments.simulation.events import events
    from experiments.simulation.log_table import table
    from experiments.simulation.trial import enrol

    if "period" in designs()[study.design.kind].layout.requires and not study.design.interval:
        return _in_periods(study, effects, units=units, seed=seed)
    aimed = aims(study, effects)
    if study.design.interval:
        return _series(study, aimed, units=units, seed=seed)
    trial = enrol(study, settings(study), units=units, seed=seed)
    names: dict[str, Sequence[str]] = {
        "unit": _numbered("u", units),
        "arm": [arm.name for arm in study.design.arms],
        "cluster": _numbered("cluster-", 0 if trial.cluster is None else int(trial.cluster.max()) + 1),
    }
    names |= {name: _numbered(f"{name}-", int(codes.max()) + 1) for name, codes in trial.attributes.items()}
    return table(events(trial, study, aimed), study.log, names)


def _in_periods(study: Study, effects: Mapping[str, float], *, units: int, seed: int) -> Any:
    """The rows of a study whose units have periods."""
    from experiments.simulation.aims import aims, settings
    from experiments.simulation.events import events
    from experiments.simulation.log_table import table
    from experiments.simulation.slots import course, enrol_in_periods

    chosen = settings(study)
    planned = course(study, chosen)
    trial = enrol_in_periods(study, chosen, planned, units=units, seed=seed)
    people, groups = _numbered("u", units), 0 if trial.cluster is None else int(trial.cluster.max()) + 1
    names: dict[str, Sequence[str]] = {
        "unit": [people[person] for person in (trial.slots.person if trial.slots else ())],
        "arm": [arm.name for arm in study.design.arms],
        "cluster": list(study.design.steps) or _numbered("cluster-", groups),
        "period": [str(number) for number in range(1, len(planned.edges))],
    }
    names |= {name: _numbered(f"{name}-", int(codes.max()) + 1) for name, codes in trial.attributes.items()}
    return table(events(trial, study, aims(study, effects, planned)), study.log, names)


def _series(study: Study, aimed: Sequence[Aim], *, units: int, seed: int) -> Any:
    """The rows of a study that follows a calendar; `units` are whose single events are drawn."""
    from experiments.events import only_totals
    from experiments.simulation.aims import settings
    from experiments.simulation.log_table import table
    from experiments.simulation.series import series_events

    settings(study)
    names = {
        "unit": ["totals"] if only_totals(study) else _numbered("u", units),
        "cluster": [adopted.platform for adopted in study.design.adoption],
    }
    return table(series_events(study, aimed, units=units, seed=seed), study.log, names)


def _numbered(word: str, count: int) -> list[str]:
    width = len(str(count))
    return [f"{word}{number:0{width}}" for number in range(1, count + 1)]
