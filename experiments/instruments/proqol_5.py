"""The Professional Quality of Life scale, version 5 (Stamm): compassion satisfaction, burnout, secondary trauma."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Band, Instrument, Subscale

_MANUAL = "Stamm 2010, The Concise ProQOL Manual: raw-score cut-offs; an older system uses T scores instead"
_BANDS = (Band("low", 10, 22, _MANUAL), Band("moderate", 23, 41, _MANUAL), Band("high", 42, 50, _MANUAL))

_HIGH = (Cutoff("high", 42, _MANUAL),)

INSTRUMENT = Instrument(
    name="proqol-5",
    title="ProQOL-5",
    items=30,
    lowest=1,
    highest=5,
    reversed=frozenset({1, 4, 15, 17, 29}),
    subscales=(
        Subscale(
            "compassion-satisfaction",
            "Compassion satisfaction",
            (3, 6, 12, 16, 18, 20, 22, 24, 27, 30),
            bands=_BANDS,
        ),
        Subscale("burnout", "Burnout", (1, 4, 8, 10, 15, 17, 19, 21, 26, 29), bands=_BANDS, cutoffs=_HIGH),
        Subscale(
            "secondary-traumatic-stress",
            "Secondary traumatic stress",
            (2, 5, 7, 9, 11, 13, 14, 23, 25, 28),
            bands=_BANDS,
            cutoffs=_HIGH,
        ),
    ),
    covers="the last 30 days",
    licence="May be copied freely if the author is credited, nothing is changed and it is not sold.",
    source="Stamm 2009, Professional Quality of Life: Compassion Satisfaction and Fatigue, version 5 (proqol.org)",
)
