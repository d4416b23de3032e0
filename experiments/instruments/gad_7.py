"""The Generalised Anxiety Disorder scale, seven items."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Band, Instrument, Subscale

_SOURCE = "Spitzer, Kroenke, Williams and Loewe 2006, Archives of Internal Medicine 166(10):1092-1097"

INSTRUMENT = Instrument(
    name="gad-7",
    title="GAD-7",
    items=7,
    lowest=0,
    highest=3,
    subscales=(
        Subscale(
            "total",
            "Anxiety",
            tuple(range(1, 8)),
            bands=(
                Band("minimal", 0, 4, _SOURCE),
                Band("mild", 5, 9, _SOURCE),
                Band("moderate", 10, 14, _SOURCE),
                Band("severe", 15, 21, _SOURCE),
            ),
            cutoffs=(Cutoff("moderate anxiety or more", 10, _SOURCE),),
        ),
    ),
    covers="the last two weeks",
    licence="Check the publisher's terms before use.",
    source=_SOURCE,
)
