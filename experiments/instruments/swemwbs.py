"""The Short Warwick-Edinburgh Mental Well-being Scale: a raw sum turned into a metric score by a table."""

from __future__ import annotations

from experiments.instrument import Instrument, Subscale

# The metric score for each raw sum from 7 to 35; averaging raw sums instead is a known error.
# fmt: off
_METRIC = (
    7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36, 16.88, 17.43, 17.98, 18.59, 19.25,
    19.98, 20.73, 21.54, 22.35, 23.21, 24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70, 32.55, 35.00,
)
# fmt: on

INSTRUMENT = Instrument(
    name="swemwbs",
    title="SWEMWBS",
    items=7,
    lowest=1,
    highest=5,
    subscales=(Subscale("total", "Mental well-being", tuple(range(1, 8)), table=_METRIC),),
    covers="the last two weeks",
    licence="Copyright NHS Health Scotland and the Universities of Warwick and Edinburgh; register before use.",
    source="Stewart-Brown and others 2009, Health and Quality of Life Outcomes 7:15: the conversion table",
)
