"""The WHO-5 Well-Being Index: five items, as a percentage."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale

_LOW = (
    Cutoff(
        "low well-being", 50, "Topp and others 2015, Psychotherapy and Psychosomatics 84:167", above=False
    ),
)

INSTRUMENT = Instrument(
    name="who-5",
    title="WHO-5",
    items=5,
    lowest=0,
    highest=5,
    subscales=(
        Subscale("total", "Well-being", (1, 2, 3, 4, 5), factor=4.0, cutoffs=_LOW),
    ),  # 0 to 25, times 4
    covers="the last two weeks",
    licence="Check the World Health Organization's terms before use.",
    source="WHO-5 scoring instructions: the raw sum times 4 (help.valant.com)",
)
