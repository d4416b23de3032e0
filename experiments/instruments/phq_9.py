"""The Patient Health Questionnaire's depression module: nine items, or eight without the one on self-harm."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Band, Instrument, Subscale

_SOURCE = "Kroenke, Spitzer and Williams 2001, Journal of General Internal Medicine 16(9):606-613"

INSTRUMENT = Instrument(
    name="phq-9",
    title="PHQ-9",
    items=9,
    lowest=0,
    highest=3,
    subscales=(
        Subscale(
            "total",
            "Depression",
            tuple(range(1, 10)),
            bands=(
                Band("minimal", 0, 4, _SOURCE),
                Band("mild", 5, 9, _SOURCE),
                Band("moderate", 10, 14, _SOURCE),
                Band("moderately severe", 15, 19, _SOURCE),
                Band("severe", 20, 27, _SOURCE),
            ),
            cutoffs=(Cutoff("moderate depression or more", 10, _SOURCE),),
        ),
        # Item 9 asks about self-harm: whoever asks it must be ready to act on the answer.
        Subscale("without-item-9", "Depression (eight items)", tuple(range(1, 9))),
    ),
    covers="the last two weeks",
    licence="Check the publisher's terms before use.",
    source=_SOURCE,
)
