"""The PTSD Checklist for DSM-5: twenty items in four clusters of symptoms."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale

_THRESHOLDS = "National Center for PTSD: 31 to 33, by setting (comorbidityguidelines.org.au)"

INSTRUMENT = Instrument(
    name="pcl-5",
    title="PCL-5",
    items=20,
    lowest=0,
    highest=4,
    subscales=(
        Subscale("intrusion", "Intrusion (cluster B)", tuple(range(1, 6))),
        Subscale("avoidance", "Avoidance (cluster C)", (6, 7)),
        Subscale("cognition-and-mood", "Cognition and mood (cluster D)", tuple(range(8, 15))),
        Subscale("arousal", "Arousal and reactivity (cluster E)", tuple(range(15, 21))),
        Subscale(
            "total",
            "Post-traumatic stress",
            tuple(range(1, 21)),
            cutoffs=(  # no bands: published thresholds disagree
                Cutoff("probable disorder, lower threshold", 31, _THRESHOLDS),
                Cutoff("probable disorder, upper threshold", 33, _THRESHOLDS),
            ),
        ),
    ),
    covers="the past month",
    licence="Not copyrighted; public domain.",
    source="Weathers and others 2013, National Center for PTSD; scoring at comorbidityguidelines.org.au",
)
