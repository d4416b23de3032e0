"""The Kessler Psychological Distress Scale, 6 items."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale

INSTRUMENT = Instrument(
    name="k6",
    title="K6",
    items=6,
    lowest=0,
    highest=4,
    subscales=(
        Subscale(
            "total",
            "Psychological distress",
            tuple(range(1, 7)),
            cutoffs=(
                Cutoff(
                    "serious distress", 13, "Kessler and others 2003, Archives of General Psychiatry 60:184"
                ),
            ),
        ),
    ),
    covers="the last 30 days",
    licence="Hosted by Harvard's National Comorbidity Survey; check its terms before use.",
    source="Kessler and others 2002, Psychological Medicine 32:959; unweighted sum of answers coded 0 to 4",
)
