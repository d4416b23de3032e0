"""The Kessler Psychological Distress Scale, 10 items."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Band, Instrument, Subscale

_ABS = "Australian Bureau of Statistics, National Health Survey: grouping of K10 scores"

INSTRUMENT = Instrument(
    name="k10",
    title="K10",
    items=10,
    lowest=1,  # the United States codes the same answers 0 to 4
    highest=5,
    subscales=(
        Subscale(
            "total",
            "Psychological distress",
            tuple(range(1, 11)),
            bands=(
                Band("low", 10, 15, _ABS),
                Band("moderate", 16, 21, _ABS),
                Band("high", 22, 29, _ABS),
                Band("very high", 30, 50, _ABS),
            ),
            cutoffs=(Cutoff("high or very high distress", 22, _ABS),),
        ),
    ),
    covers="the last four weeks",
    licence="Hosted by Harvard's National Comorbidity Survey; check its terms before use.",
    source="Australian Bureau of Statistics, information paper on the K10 (abs.gov.au)",
)
