"""The Positive and Negative Affect Schedule, 20 items (Watson, Clark and Tellegen 1988)."""

from __future__ import annotations

from experiments.instrument import Instrument, Subscale

INSTRUMENT = Instrument(
    name="panas-20",
    title="PANAS",
    items=20,
    lowest=1,
    highest=5,
    subscales=(
        Subscale("positive-affect", "Positive affect", (1, 3, 5, 9, 10, 12, 14, 16, 17, 19)),
        Subscale("negative-affect", "Negative affect", (2, 4, 6, 7, 8, 11, 13, 15, 18, 20)),
    ),
    covers="the time that the questionnaire's heading names",
    licence="Copyright American Psychological Association; ask before use.",
    source="Watson, Clark and Tellegen 1988, Journal of Personality and Social Psychology 54(6):1063-1070",
)
