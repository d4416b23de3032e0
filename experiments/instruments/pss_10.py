"""The Perceived Stress Scale, 10 items (Cohen)."""

from __future__ import annotations

from experiments.instrument import Instrument, Subscale

INSTRUMENT = Instrument(
    name="pss-10",
    title="PSS-10",
    items=10,
    lowest=0,
    highest=4,
    reversed=frozenset({4, 5, 7, 8}),
    subscales=(Subscale("total", "Perceived stress", tuple(range(1, 11))),),
    covers="the last month",
    licence="Copyright Sheldon Cohen; check the author's page for the terms of use.",
    source="Cohen, scoring page of the Laboratory for the Study of Stress, Immunity and Disease (psy.cmu.edu)",
)
