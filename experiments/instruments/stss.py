"""The Secondary Traumatic Stress Scale (Bride and others 2004)."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale

_CASES = (
    Cutoff("secondary traumatic stress", 38, "Bride 2007, Social Work 52:63: a convention, no diagnosis"),
)

INSTRUMENT = Instrument(
    name="stss",
    title="STSS",
    items=17,
    lowest=1,  # some web pages print 0 to 4 and another item map; the publication has 1 to 5
    highest=5,
    subscales=(
        Subscale("intrusion", "Intrusion", (2, 3, 6, 10, 13)),
        Subscale("avoidance", "Avoidance", (1, 5, 7, 9, 12, 14, 17)),
        Subscale("arousal", "Arousal", (4, 8, 11, 15, 16)),
        Subscale("total", "Secondary traumatic stress", tuple(range(1, 18)), cutoffs=_CASES),
    ),
    covers="the past 7 days",
    licence="Copyright 1999 Brian E. Bride; ask the author before use.",
    source="Bride, Robinson, Yegidis and Figley 2004, Research on Social Work Practice 14(1):27-35",
)
