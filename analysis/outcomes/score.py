"""Scores: a questionnaire's points, compared like means and also in standard deviations."""

from __future__ import annotations

from analysis.figures.moments import draw_normal, finite, moments, moments_from_counts, moments_from_sums
from analysis.figures.superiority import SUPERIORITY
from analysis.outcome import Kind, Scale

KIND = Kind(
    name="score",
    label="score of a questionnaire",
    scales=(
        Scale("mean_difference", "difference in means", 0.0),
        Scale("standardised_difference", "difference in standard deviations", 0.0),
        SUPERIORITY,
    ),
    summarise=moments,
    draw=draw_normal,
    valid=finite,
    counts_columns=("n", "mean", "sd"),
    from_counts=moments_from_counts,
    from_sums=moments_from_sums,
)
