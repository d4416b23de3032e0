"""What several methods say together, and what several comparisons need: nothing that one does not bear out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pptx import Presentation
from pptx.chart.data import XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_LINE
from pptx.util import Inches

from analysis.disclosure import release
from analysis.finding import Effect, Estimate
from analysis.outcome import Outcome
from dashboard.agreeing import methods_agree
from dashboard.chart import charts
from dashboard.reach import can_tell, detectable
from dashboard.slides.inks import draw_series
from dashboard.words.guarding import margin_said
from tests.pictures import texts
from tests.support import example_release, honeypot

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.outcome import Direction


def beside(effect: Effect, *, descriptive: bool = False) -> Release:
    """The honeypot study, whose first comparison has this effect by its second method."""
    found = honeypot()
    estimate = Estimate({"risk_difference": effect}, descriptive=descriptive)
    other = replace(found.findings[1], estimate=estimate, verdict="inconclusive")
    return release(replace(found, findings=(found.findings[0], other, *found.findings[2:])))


def test_methods_on_the_same_side_agree_and_one_across_no_effect_does_not() -> None:
    assert methods_agree(example_release("honeypot"))
    assert not methods_agree(beside(Effect(0.22, -0.05, 0.49)))


def test_a_method_without_an_interval_neither_agrees_nor_disagrees() -> None:
    shown = beside(Effect(0.22, None, None), descriptive=True)
    assert methods_agree(shown)
    title = texts(charts()["sensitivity"].draw(shown))[0]
    assert "by the 1 method that gives one, the interval lies on the better side" in title


def test_an_estimate_that_only_describes_gets_no_verdict_in_the_picture() -> None:
    words = texts(charts()["sensitivity"].draw(beside(Effect(0.22, 0.1, 0.34), descriptive=True)))
    assert "○ No verdict" in words
    assert "○ Unclear" not in words


def test_of_several_comparisons_the_one_that_needs_the_largest_difference_is_told() -> None:
    shown = example_release("honeypot")
    sizes = [float(detectable(found).split()[0]) for found in shown.default_findings()]
    assert len(set(sizes)) > 1
    told = [line for line in can_tell(shown) if "8 of 10" in line]
    assert len(told) == 1
    assert f"about {max(sizes):g} percentage points" in told[0]


@pytest.mark.parametrize(
    ("better", "margin", "said"), [("lower", 1.25, "25"), ("higher", 1.25, "20"), ("higher", 0.05, "4.76")]
)
def test_a_ratio_s_margin_is_said_in_per_cent_as_the_findings_say_it(
    better: Direction, margin: float, said: str
) -> None:
    outcome = replace(Outcome("searches", "Searches", "count", "guardrail", "lower", margin), better=better)
    assert margin_said(outcome).replace("\N{NO-BREAK SPACE}", " ") == f"{said} %"


@pytest.mark.parametrize(("dash", "drawn"), [("solid", None), ("", None), ("dash", MSO_LINE.DASH)])
def test_a_solid_line_is_solid_on_a_slide_too(dash: str, drawn: MSO_LINE | None) -> None:
    slide = Presentation().slides.add_slide(Presentation().slide_layouts[6])
    data = XyChartData()
    data.add_series("line").add_data_point(0, 1)
    shape = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES, 0, 0, Inches(4), Inches(3), data)
    series = shape.chart.plots[0].series[0]
    draw_series(series, {"line": {"color": "#12436D", "width": 2, "dash": dash}}, 1.0)
    assert series.format.line.dash_style == drawn
