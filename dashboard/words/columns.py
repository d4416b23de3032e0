"""The words for the columns of a chart's numbers, for scales in tables, and for the lines of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import later
from dashboard.words.vocabulary import Spoken, spaced

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Mapping[str, str] = Spoken(
    {
        "outcome": later("Outcome"),
        "role": later("Role"),
        "treatment": later("Treatment"),
        "control": later("Control"),
        "treatment_figure": later("Treatment figure"),
        "control_figure": later("Control figure"),
        "scale": later("Scale"),
        "unit": later("Unit"),
        "estimate": later("Estimate"),
        "low": later("Low"),
        "high": later("High"),
        "interval": later("Interval"),
        "level": later("Level"),
        "p_value": later("P value"),
        "p_adjusted": later("P adjusted"),
        "verdict": later("Verdict"),
        "estimator": later("Estimator"),
        "method": later("Method"),
        "attribute": later("Attribute"),
        "level_of_it": later("Level of it"),
        "drawn_in": later("Drawn in"),
        "part": later("Part"),
        "period": later("Period"),
        "periods": later("Periods"),
        "observed": later("Observed"),
        "fitted": later("Fitted"),
        "foretold": later("Foretold"),
        "at": later("At"),
        "step": later("Step"),
        "all": later("All"),
        "first": later("First"),
        "then": later("Then"),
        "since": later("Since"),
        "arm": later("Arm"),
        "instrument": later("Questionnaire"),
        "mean": later("Mean"),
        "sd": later("Standard deviation"),
        "answered": later("Answered"),
        "asked": later("Asked"),
        "band": later("Band"),
        "lowest_score": later("Lowest score"),
        "highest_score": later("Highest score"),
        "share": later("Share"),
        "size": later("Size"),
        "icc": later("ICC"),
        "power": later("Power"),
        "smallest_effect": later("Smallest effect"),
        "day": later("Day"),
        "assigned": later("Assigned"),
        "look": later("Look"),
        "information": later("Share of the information"),
        "boundary_z": later("Boundary for benefit (z)"),
        "boundary_p": later("Boundary for benefit (p)"),
        "alpha_spent": later("Error rate spent"),
        "harm_boundary_z": later("Boundary for harm (z)"),
        "harm_boundary_p": later("Boundary for harm (p)"),
    }
)

SCALES: Mapping[str, str] = Spoken(
    {
        "risk_difference": later("Risk difference"),
        "risk_ratio": later("Risk ratio"),
        "odds_ratio": later("Odds ratio"),
        "mean_difference": later("Mean difference"),
        "percent_change": later("Percent change"),
        "standardised_difference": later("Standardised difference"),
        "rate_ratio": later("Rate ratio"),
        "rate_difference": later("Rate difference"),
        "probability_of_superiority": later("Probability of superiority"),
        "quantile_difference": later("Quantile difference"),
        "ratio_difference": later("Ratio difference"),
        "ratio_percent_change": later("Ratio percent change"),
        "level_change": later("Level change"),
        "slope_change": later("Slope change"),
        "rmst_difference": later("Rmst difference"),
        "hazard_ratio": later("Hazard ratio"),
    }
)

PARTS: Mapping[str, str] = Spoken(
    {"series": later("series"), "gap": later("gap"), "treated": later("treated"), "control": later("control")}
)


def column_word(name: str) -> str:
    """What a column of a chart's numbers is called on pages.

    >>> column_word("p_value"), column_word("a_new_one")
    ('P value', 'A new one')
    """
    return COLUMNS.get(name) or spaced(name)


def scale_word(name: str) -> str:
    """What a scale is called in tables."""
    return SCALES.get(name) or spaced(name)


def part_word(part: str) -> str:
    """What a line of a series is."""
    return PARTS.get(part) or part
