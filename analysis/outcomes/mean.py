"""Means: one number a unit, such as seconds on a page or cases handled in a shift."""

from __future__ import annotations

from analysis.figures.moments import draw_normal, finite, moments, moments_from_counts, moments_from_sums
from analysis.outcome import Kind, Scale

KIND = Kind(
    name="mean",
    label="mean of a measurement",
    scales=(
        Scale("mean_difference", "difference in means", 0.0),
        Scale("percent_change", "change in per cent", 0.0),
    ),
    summarise=moments,
    draw=draw_normal,
    valid=finite,
    counts_columns=("n", "mean", "sd"),
    from_counts=moments_from_counts,
    from_sums=moments_from_sums,
)
