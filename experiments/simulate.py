"""An event log with a known truth, in a study's own words: for trying out a study before anybody is in it.

What is drawn follows from the study file and the effects alone; nothing here knows how it will be analysed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from experiments.study import Study


MOST = 10_000_000  # units; their events fill the memory of a large computer


def simulate(study: Study, *, units: int, seed: int, effects: Mapping[str, float], out: Path) -> int:
    """Write a log of `units` units to `out`, in the format its name says; returns the number of events.

    `effects` are on each outcome's primary scale, keyed by outcome (every treatment arm) or `outcome:arm`; an
    outcome without one has no effect. The same arguments give the same bytes. Raises Fault where the study,
    the effects and the number of units cannot go together.
    """
    if units > MOST:
        raise Fault(f"{units:,} units are too many to draw at once.", expected=f"at most {MOST:,}")
    from experiments.simulation.aims import aims, settings
    from experiments.simulation.events import events
    from experiments.simulation.log_file import write
    from experiments.simulation.log_table import table
    from experiments.simulation.trial import LEVELS, enrol

    aimed = aims(study, effects)
    trial = enrol(study, settings(study), units=units, seed=seed)
    names: dict[str, Sequence[str]] = {
        "unit": _numbered("u", units),
        "arm": [arm.name for arm in study.design.arms],
        "cluster": _numbered("cluster-", 0 if trial.cluster is None else int(trial.cluster.max()) + 1),
    }
    names |= {name: _numbered(f"{name}-", LEVELS) for name in study.log.attributes}
    made = table(events(trial, study, aimed), study.log, names)
    write(made, out, log=study.log)
    return int(made.num_rows)


def _numbered(word: str, count: int) -> list[str]:
    width = len(str(count))
    return [f"{word}{number:0{width}}" for number in range(1, count + 1)]
