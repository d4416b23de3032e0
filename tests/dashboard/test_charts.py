"""Charts: what they say, what they must never show, and that no word is clipped or lies on another."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from analysis.disclosure import release
from analysis.finding import Contrast, Effect, Estimate, NotEstimable
from dashboard.chart import available, charts
from dashboard.drawing.typography import text_width
from dashboard.language import LANGUAGES, speaking
from dashboard.theme import DARK, LIGHT, SYMBOLS
from dashboard.words import VERDICTS, headline
from tests.pictures import boxes, misplaced, texts
from tests.support import EXAMPLES, blurring, example_release, honeypot, peer_support

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.theme import Palette

WIDTHS = (320, 390, 720, 960, 1200)
DRAWINGS = [
    (study, chart.name, width)
    for study in EXAMPLES
    for chart in available(example_release(study))
    for width in WIDTHS
]


def drawn(study: str, chart: str = "forest", **how: Any) -> Any:
    return charts()[chart].draw(example_release(study), **how)


@pytest.mark.parametrize(("study", "chart", "width"), DRAWINGS)
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_text_is_clipped_and_none_lies_on_another(
    study: str, chart: str, width: int, framed: bool, spoken: str
) -> None:
    with speaking(spoken):
        figure = drawn(study, chart, width=width, framed=framed)
    assert figure.layout.width == width
    assert misplaced(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize(
    ("low", "high"),
    [(-0.4, 0.1), (-0.0003, 0.00012), (-0.00011, 0.9), (0.01, 0.012), (-0.9999, 0.9999)],
)
def test_the_labels_of_an_axis_are_true_stand_apart_and_are_not_clipped(
    low: float, high: float, width: int, framed: bool
) -> None:
    first = honeypot().findings[0]
    estimate = Estimate({"risk_difference": Effect((low + high) / 2, low, high)})
    shown = release(replace(honeypot(), findings=(replace(first, estimate=estimate),)))
    figure = charts()["forest"].draw(shown, width=width, framed=framed)
    axis = figure.layout.xaxis
    left, right = (end * width for end in axis.domain)
    places = [
        left + (tick - axis.range[0]) / (axis.range[1] - axis.range[0]) * (right - left)
        for tick in axis.tickvals
    ]
    assert len(places) >= 2
    read = [float(text.replace("−", "-").replace(",", "")) for text in axis.ticktext]
    assert read == pytest.approx(list(axis.tickvals), abs=1e-12)
    halves = [text_width(text, axis.tickfont.size) / 2 for text in axis.ticktext]
    spans = [(at - half, at + half) for at, half in zip(places, halves, strict=True)]
    assert spans[0][0] >= 0
    assert spans[-1][1] <= width
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize(("low", "high"), [(0.96, 1.03), (0.3, 0.9), (0.02, 60.0), (1.001, 1.4)])
def test_the_axis_of_ratios_has_at_least_three_labels_and_holds_no_effect(low: float, high: float) -> None:
    found = blurring()
    ratio = next(f for f in found.findings if f.outcome.name == "sick_days")
    estimate = Estimate({"rate_ratio": Effect((low * high) ** 0.5, low, high)})
    shown = release(replace(found, findings=(replace(ratio, estimate=estimate),)))
    axis = charts()["forest"].draw(shown).layout.xaxis
    first, last = (10**end for end in axis.range)
    assert first < min(1.0, low)
    assert last > max(1.25, high)  # the margin is on the axis
    assert len(axis.tickvals) >= 3
    assert [float(text) for text in axis.ticktext] == pytest.approx(list(axis.tickvals))


def test_the_title_is_the_first_finding_of_the_main_question() -> None:
    shown = example_release("honeypot")
    labels = {arm.name: arm.label for arm in shown.study.arms}
    said = headline(shown.findings[0], plan=shown.plan, labels=labels)
    assert texts(drawn("honeypot"))[0] == said


@pytest.mark.parametrize("study", sorted(EXAMPLES))
def test_every_chart_names_its_source_versions_date_and_what_the_data_are(study: str) -> None:
    shown = example_release(study)
    for chart in available(shown):
        words = " ".join(texts(chart.draw(shown)))
        assert shown.study.source in words
        assert f"plan {shown.registration.hash[:10]}" in words
        assert f"data {shown.data.hash[:10]}" in words
        assert "5\N{NO-BREAK SPACE}Oct\N{NO-BREAK SPACE}2026" in words
        assert ("Simulated data" in words) == shown.study.simulated
        assert ("Reconstructed data" in words) == (shown.study.data_are == "reconstructed")


def test_the_invented_times_of_rebuilt_data_are_not_told_as_a_period() -> None:
    found = honeypot()
    invented = replace(found.data, first="2000-01-01T00:00:00+00:00", last="2000-01-01T06:00:00+00:00")
    assert found.study
    subtitles = [
        texts(charts()["forest"].draw(release(replace(found, data=invented, study=study))))[1]
        for study in (found.study, replace(found.study, data_are="observed"))
    ]
    assert ["2000" in subtitle for subtitle in subtitles] == [False, True]


def intervals_of(figure: Any) -> list[tuple[float, float]]:
    """The ends of every interval drawn, from left to right of its axis."""
    return [
        (trace.x[0], trace.x[1])
        for trace in figure.data
        if trace.mode == "lines" and trace.line.width == 2.5 and trace.y[0] == trace.y[1]
    ]


@pytest.mark.parametrize("study", sorted(EXAMPLES))
def test_every_figure_is_one_that_plotly_accepts(study: str) -> None:
    """Figures are handed to plotly without its own look over them, which takes as long as drawing them."""
    from plotly.graph_objects import Figure

    shown = example_release(study)
    for chart in available(shown):
        made = chart.draw(shown).to_dict()
        assert len(Figure(made).data) == len(made["data"])


@pytest.mark.parametrize("width", [360, 960])
def test_every_planned_finding_is_drawn_with_its_interval(width: int) -> None:
    """To the tenth that is written beside them: they are 8.1931 to 35.5637 and 11.9599 to 37.8176 in full."""
    assert intervals_of(drawn("honeypot", width=width)) == [(8.2, 35.6), (12.0, 37.8)]
    assert len(intervals_of(drawn("blurring", width=width))) == 10


def test_the_level_is_named_where_it_is_not_95() -> None:
    found = honeypot()
    effects = {"risk_difference": Effect(0.22, 0.1, 0.34, level=0.9)}
    first = replace(found.findings[0], estimate=Estimate(effects))
    figure = charts()["forest"].draw(release(replace(found, findings=(first,))))
    words = " ".join(texts(figure))
    assert "Estimate (90\N{NO-BREAK SPACE}% interval)" in words.replace(
        "\N{NO-BREAK SPACE}interval", " interval"
    )
    assert "95" not in words


def test_an_axis_is_shared_only_by_the_same_scale_unit_and_good_direction() -> None:
    figure = drawn("blurring")
    axes = [figure.layout[f"xaxis{number}"] for number in ("", "2", "3", "4")]
    assert [axis.type for axis in axes] == [None, None, "log", None]
    words = texts(figure)
    titles = [text for text in words if text.startswith(("Difference", "Rate"))]
    assert titles == [
        "Difference in means (points)",
        "Difference in proportions (percentage points)",
        "Rate ratio",
        "Difference in means (seconds)",
    ]
    assert [text for text in words if text.startswith("◀")] == ["◀ better", "◀ worse", "◀ better", "◀ better"]
    assert not [text for text in words if "per cent" in text]


def test_the_main_question_comes_first_then_guardrails_after_the_rest() -> None:
    table = charts()["forest"].table(example_release("blurring"))
    roles = [row["role"] for row in table]
    assert roles == ["primary"] * 2 + ["secondary"] * 4 + ["guardrail"] * 4


def test_the_margin_of_a_guardrail_is_drawn_where_harm_begins() -> None:
    dashed = [trace.x[0] for trace in drawn("blurring").data if trace.mode == "lines" and trace.line.dash]
    assert dashed == pytest.approx([-2, -2, 1.25, 1.25, 4, 4])


def test_an_open_end_of_an_interval_is_an_arrow_at_the_end_of_the_axis() -> None:
    found = honeypot()
    open_end = Estimate({"risk_difference": Effect(0.22, 0.08, None)})
    first = replace(found.findings[0], estimate=open_end)
    figure = charts()["forest"].draw(release(replace(found, findings=(first,))))
    arrows = [trace for trace in figure.data if trace.mode == "markers" and "arrow" in trace.marker.symbol]
    assert [(trace.marker.symbol, trace.x[0]) for trace in arrows] == [
        ("arrow-right", figure.layout.xaxis.range[1])
    ]
    assert "22.0 (8.0 upwards)" in texts(figure)


def test_verdicts_differ_in_shape_and_word_not_only_in_colour() -> None:
    assert SYMBOLS.keys() == VERDICTS.keys() == LIGHT.verdicts.keys() == DARK.verdicts.keys()
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    words = texts(drawn("blurring"))
    assert words.count("▲ Benefit") == 2
    assert words.count("▼ Harm") == 1
    assert words.count("○ Unclear") == 3
    assert words.count("◆ Inside its margin") == 4


def test_figures_of_small_cells_appear_nowhere_in_a_chart() -> None:
    hidden = peer_support()
    shown = release(hidden)
    share = 100 * hidden.findings[1].arms[0].figures["value"]
    for chart in available(shown):
        everything = json.dumps(
            [chart.draw(shown).to_plotly_json(), chart.table(shown), chart.describe(shown)], default=str
        )
        assert f"{share:.2f}" not in everything
        assert "9 of 131" not in everything
    row = next(r for r in charts()["forest"].table(shown) if str(r["outcome"]).startswith("Resigned"))
    assert row["treatment_figure"] == row["control_figure"] == "not shown"


def test_where_one_arm_is_masked_the_other_is_too_since_the_effect_would_give_it_away() -> None:
    rows = charts()["forest"].table(example_release("blurring"), outcome="searched_help")
    assert [(row["treatment_figure"], row["control_figure"]) for row in rows] == [("not shown",) * 2] * 2


def test_a_masked_step_of_the_flow_shows_neither_its_count_nor_the_total() -> None:
    found = peer_support()
    flow = (replace(found.conduct.flow[0], by_arm={"control": 136, "peer": 4}), *found.conduct.flow[1:])
    shown = release(replace(found, conduct=replace(found.conduct, flow=flow)))
    words = texts(charts()["flow"].draw(shown))
    assert "<10" in words
    assert "Seen in the log" in words
    assert not [text for text in words if "140" in text or text == "4"]


def test_six_arms_fit_on_a_telephone() -> None:
    found = honeypot()
    assert found.study
    more = [replace(found.study.arms[1], name=f"arm-{i}", label=f"Message number {i}") for i in range(3)]
    flow = tuple(
        replace(step, by_arm=step.by_arm | dict.fromkeys(("arm-0", "arm-1", "arm-2"), 1_234_567))
        for step in found.conduct.flow
    )
    shown = release(
        replace(
            found,
            study=replace(found.study, arms=(*found.study.arms, *more)),
            conduct=replace(found.conduct, flow=flow),
        )
    )
    placed = list(boxes(charts()["flow"].draw(shown, width=320)))
    assert sum(words == "1,234,567" for words, *_ in placed) == 9
    assert all(left >= 0 and right <= 320 for _, left, _, right, _ in placed)


def test_an_answer_that_could_not_be_had_is_said_in_the_picture() -> None:
    found = blurring()
    refused = NotEstimable(
        "sick_days", Contrast("blur", "control"), None, "Nobody was measured.", "Load more."
    )
    kept = tuple(f for f in found.findings if (f.outcome.name, f.contrast) != ("sick_days", refused.contrast))
    figure = charts()["forest"].draw(release(replace(found, findings=kept, not_estimable=(refused,))))
    assert "Could not be estimated: Sick days (Blurred until clicked). Nobody was measured." in texts(figure)


def test_one_outcome_can_be_drawn_alone() -> None:
    table = charts()["forest"].table(example_release("blurring"), outcome="accuracy")
    assert {row["outcome"] for row in table} == {"Decisions upheld in audit"}
    assert len(intervals_of(drawn("blurring", outcome="accuracy"))) == 2


def test_the_planned_method_comes_first_among_the_methods() -> None:
    rows = charts()["sensitivity"].table(example_release("honeypot"))
    assert [str(row["method"]).endswith("(planned)") for row in rows] == [True, False, True]
    assert (
        "by both methods the interval lies on the better side" in texts(drawn("honeypot", "sensitivity"))[0]
    )


def test_methods_that_disagree_are_said_to_disagree() -> None:
    found = honeypot()
    wide = Estimate({"risk_difference": Effect(0.22, -0.05, 0.49)})
    unsure = replace(found.findings[1], estimate=wide, verdict="inconclusive")
    shown = release(replace(found, findings=(found.findings[0], unsure, found.findings[2])))
    assert "depends on the method" in texts(charts()["sensitivity"].draw(shown))[0]


def test_a_chart_without_anything_to_draw_is_not_offered() -> None:
    nothing = replace(honeypot(), findings=())
    offered: tuple[str, ...] = tuple(chart.name for chart in available(release(nothing)))
    assert offered == ("design", "flow")


def test_the_description_holds_the_figures_of_every_row() -> None:
    shown: Release = example_release("honeypot")
    said = charts()["forest"].describe(shown)
    assert "Police can trace your address against No warning" in said
    assert "22.4 (8.2 to 35.6)" in said
    assert "25.5 (12.0 to 37.8)" in said


def test_words_of_a_study_file_are_never_markup() -> None:
    found = honeypot()
    assert found.study
    nasty = "<b>5 < 6</b> & <a href='x'>y</a> $x^2$"
    arms = tuple(replace(arm, label=nasty) if arm.name == "ip-trace" else arm for arm in found.study.arms)
    figure = charts()["forest"].draw(release(replace(found, study=replace(found.study, arms=arms))))
    holding = [annotation.text for annotation in figure.layout.annotations if "href" in annotation.text]
    assert holding
    assert not [text for text in holding if "<a" in text or "< 6" in text]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_have_the_contrast_that_accessibility_asks_for(palette: Palette) -> None:
    for ground in (palette.paper, palette.fill):
        for colour in (palette.ink, palette.muted, palette.notice):
            assert contrast(colour, ground) >= 4.5, colour
    for colour in palette.verdicts.values():  # verdicts are words as well as marks
        assert contrast(colour, palette.paper) >= 4.5, colour
