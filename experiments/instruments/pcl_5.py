"""The PTSD Checklist for DSM-5: twenty items in four clusters of symptoms."""

from __future__ import annotations

from experiments.instrument import Instrument, Subscale

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
        # No bands: published thresholds for the total disagree (31 to 33).
        Subscale("total", "Post-traumatic stress", tuple(range(1, 21))),
    ),
    covers="the past month",
    licence="Not copyrighted; public domain.",
    source="Weathers and others 2013, National Center for PTSD; scoring at comorbidityguidelines.org.au",
)
