"""The CORE-10: ten items on psychological distress, two of them turned."""

from __future__ import annotations

from analysis.outcome import Cutoff
from experiments.instrument import Instrument, Subscale

INSTRUMENT = Instrument(
    name="core-10",
    title="CORE-10",
    items=10,
    lowest=0,
    highest=4,
    reversed=frozenset({2, 3}),
    subscales=(
        Subscale(
            "total",
            "Psychological distress",
            tuple(range(1, 11)),
            # No bands: published ones disagree on where each ends. The cut-off is the same in all.
            cutoffs=(
                Cutoff(
                    "clinical range",
                    11,
                    "Barkham and others 2013, Counselling and Psychotherapy Research 13:3",
                ),
            ),
        ),
    ),
    covers="the last week",
    licence="Copyright CORE System Trust: may be copied unchanged, not for profit.",
    source="Barkham and others 2013, Counselling and Psychotherapy Research 13:3; the two turned items as "
    "listed by novopsych.com.au. Item 6 asks about ending one's life: plan who answers it before you ask it",
)
