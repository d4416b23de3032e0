"""The Copenhagen Burnout Inventory: three scales of exhaustion, each a mean from 0 to 100."""

from __future__ import annotations

from experiments.instrument import Instrument, Subscale

INSTRUMENT = Instrument(
    name="cbi",
    title="CBI",
    items=19,
    lowest=0,
    highest=100,
    step=25,
    reversed=frozenset({13}),  # the last of the seven questions on work
    subscales=(
        Subscale("personal", "Personal burnout", tuple(range(1, 7)), factor=1 / 6, fewest=3),
        Subscale("work", "Work-related burnout", tuple(range(7, 14)), factor=1 / 7, fewest=4),
        # Which answers to the client questions may be missing could not be read: here all are needed.
        Subscale("client", "Client-related burnout", tuple(range(14, 20)), factor=1 / 6),
    ),
    covers="no fixed period",
    licence="Published free for research by its authors; read the terms of the version that you use.",
    source="Kristensen and others 2005, Work & Stress 19:192; numbered 1 to 19 as in PMC9358756, table 1, which "
    "marks the reversed question; answers 0, 25, 50, 75, 100 and missing answers as in the PUMA version",
)
