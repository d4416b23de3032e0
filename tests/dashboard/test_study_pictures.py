"""The pictures of a study: its design, its guardrails, its curves; they draw what was declared and found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from analysis.about import Course, Span
from analysis.disclosure import release
from analysis.finding import Effect, Estimate, Survived
from analysis.outcome import Outcome
from dashboard.chart import charts
from dashboard.language import speaking
from dashboard.reach import can_tell, cannot_tell, detectable
from dashboard.theme import LIGHT
from tests.pictures import misplaced, texts
from tests.support import blurring, example_release, honeypot

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.disclosure import Release
    from analysis.evaluation import Evaluation
    from analysis.outcome import Direction

WIDTHS = (320, 600, 960)
DAYS = ("2026-01-05", "2026-02-02", "2026-03-02")


def with_study(found: Evaluation, *, layout: str = "", **facts: Any) -> Release:
    """The release of an evaluation whose study says something else."""
    if found.study is None:
        raise ValueError("an evaluation of a study is needed")
    plan = replace(found.plan, layout=layout) if layout else found.plan
    return release(replace(found, study=replace(found.study, **facts), plan=plan))


def stepped() -> Release:
    courses = tuple(
        Course(name, ((DAYS[0], "usual-view"), (day, "blurred")))
        for name, day in (("team-b", DAYS[2]), ("team-a", DAYS[1]))
    )
    arms = blurring().study
    if arms is None:
        raise ValueError("the example has no study")
    return with_study(
        blurring(),
        courses=tuple(
            replace(
                course,
                steps=tuple((day, arms.arms[place].name) for place, (day, _) in enumerate(course.steps)),
            )
            for course in courses
        ),
        start=DAYS[0],
        end="2026-03-29",
        period_days=28,
        layout="stepped",
    )


def series() -> Release:
    study = honeypot().study
    if study is None:
        raise ValueError("the example has no study")
    steps = tuple((day, arm.name) for day, arm in zip(DAYS, study.arms, strict=True))
    events = (("A second thing", "2026-03-10"), ("A first thing", "2026-03-09"))
    return with_study(
        honeypot(),
        courses=(Course("", steps),),
        start=DAYS[0],
        end="2026-03-29",
        meanwhile=events,
        unit_name="day",
        layout="series",
    )


def with_curves() -> Release:
    """The first finding with curves of both arms, at the days 0, 7 and 14."""
    found = honeypot()
    first = found.findings[0]
    curves = tuple(
        Survived(
            arm,
            (0.0, 7.0, 14.0),
            shares,
            shares,
            shares,
            at_risk,
            (0, n - at_risk[1], n - at_risk[2]),
            (0, 0, 0),
        )
        for arm, shares, at_risk, n in (
            (first.contrast.control, (1.0, 0.7, 0.45), (100, 70, 45), 100),
            (first.contrast.treatment, (1.0, 0.9, 0.6), (100, 90, 60), 100),
        )
    )
    changed = replace(first, estimate=replace(first.estimate, curves=curves))
    return release(replace(found, findings=(changed, *found.findings[1:])))


SPANS = (
    Span("stayed_away", 0.0, 7.0),
    Span("earlier", -28.0, 0.0),
    Span("asked", wave="week-8"),
    Span("s", session=True),
)
DRAWN: dict[str, tuple[str, Callable[[], Release]]] = {
    "by lot": ("design", lambda: with_study(honeypot(), spans=SPANS)),
    "by cluster": ("design", lambda: example_release("blurring")),
    "in turn": ("design", lambda: with_study(blurring(), layout="crossover", start=DAYS[0], period_days=28)),
    "in steps": ("design", stepped),
    "one series": ("design", series),
    "guardrails": ("guardrails", lambda: example_release("blurring")),
    "curves": ("survival", with_curves),
}


@pytest.mark.parametrize("picture", DRAWN)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_no_text_of_a_studys_picture_is_clipped_and_none_lies_on_another(
    picture: str, width: int, spoken: str
) -> None:
    name, made = DRAWN[picture]
    with speaking(spoken):
        figure = charts()[name].draw(made(), width=width)
    assert figure.layout.width == width
    assert misplaced(figure) == []


def test_the_design_names_each_arm_with_its_planned_share_and_what_it_was_given() -> None:
    found = honeypot()
    arms = example_release("honeypot").study.arms
    shown = release(replace(found, plan=replace(found.plan, shares={arm.name: arm.share for arm in arms})))
    words = " ".join(texts(charts()["design"].draw(shown))).replace("\N{NO-BREAK SPACE}", " ")
    for arm in arms:
        assert arm.label in words
    assert [share for share in (36, 29, 35) if f"planned share {share} %" in words] == [36, 29, 35]
    assert "assigned: 81 visitors" in words


def test_steps_are_drawn_in_the_order_in_which_clusters_changed() -> None:
    rows = charts()["design"].table(stepped())
    assert [row[stepped().study.cluster_name] for row in rows] == ["team-a", "team-b"]
    assert [list(row.values())[-1] for row in rows] == [DAYS[1], DAYS[2]]


def test_a_stretch_begins_where_its_day_lies_between_the_studys_first_and_last() -> None:
    figure = charts()["design"].draw(series(), width=960, framed=False)
    bars = [s for s in figure.layout.shapes if s.type == "rect" and (s.x1 - s.x0) * 960 > 20]
    whole = max(bar.x1 for bar in bars) - min(bar.x0 for bar in bars)
    begins = [(bar.x0 - min(b.x0 for b in bars)) / whole for bar in bars]
    assert begins == pytest.approx([0, 28 / 84, 56 / 84], abs=1e-3)


def test_what_else_happened_is_numbered_in_the_order_of_time() -> None:
    words = texts(charts()["design"].draw(series()))
    listed = [word for word in words if "thing" in word]
    assert [word[0] for word in listed] == ["1", "2"]
    assert "A first thing" in listed[0]


def guarded(low: float, high: float, *, better: Direction = "lower", ratio: bool = False) -> Release:
    """The example with just one guardrail, whose interval is given; its margin is 4, or 1.25 as a ratio."""
    found = blurring()
    kind, scale = ("count", "rate_ratio") if ratio else ("mean", "mean_difference")
    outcome = Outcome("g", "Watched", kind, "guardrail", better, 1.25 if ratio else 4.0)
    middle = (low * high) ** 0.5 if ratio else (low + high) / 2
    finding = replace(
        found.findings[0], outcome=outcome, estimate=Estimate({scale: Effect(middle, low, high)})
    )
    return release(replace(found, findings=(finding,)))


def drawn_ends(shown: Release) -> tuple[float, float]:
    figure = charts()["guardrails"].draw(shown)
    lines = [t for t in figure.data if t.mode == "lines" and t.x[0] != t.x[1]]
    return min(lines[0].x), max(lines[0].x)


def test_a_guardrails_interval_is_drawn_in_units_of_its_margin() -> None:
    assert drawn_ends(guarded(-2.0, 6.0)) == pytest.approx((-0.5, 1.5))
    assert drawn_ends(guarded(-6.0, 2.0, better="higher")) == pytest.approx((-1.5, 0.5))
    assert drawn_ends(guarded(1 / 1.25, 1.25**2, ratio=True)) == pytest.approx((-1.0, 2.0))
    assert drawn_ends(guarded(1 / 1.25, 1.25**2, better="higher", ratio=True)) == pytest.approx((-1.0, 2.0))


@pytest.mark.parametrize(("better", "margin", "ends"), [
    ("lower", 1.0, ["◀ better", "worse ▶"]),
    ("higher", -1.0, ["◀ worse", "better ▶"]),
])  # fmt: skip
def test_larger_figures_lie_further_right_and_the_margin_on_the_side_that_is_worse(
    better: Direction, margin: float, ends: list[str]
) -> None:
    figure = charts()["guardrails"].draw(guarded(-2.0, 3.0, better=better))
    upright = [trace for trace in figure.data if trace.mode == "lines" and trace.x[0] == trace.x[1]]
    assert [trace.x[0] for trace in upright] == [0.0, margin]
    assert [
        word for word in texts(figure) if "better" in word or "worse ▶" in word or "◀ worse" in word
    ] == ends
    (shaded,) = (s for s in figure.layout.shapes if s.type == "rect" and s.fillcolor == LIGHT.grid)
    estimate = figure.layout.xaxis.domain
    assert (shaded.x1 == pytest.approx(estimate[1])) == (better == "lower")


def test_an_outcome_without_a_margin_counts_in_the_title_and_stands_there_in_words() -> None:
    shown = guarded(-2.0, 3.0)
    bare = replace(
        shown.findings[0].finding.outcome, name="h", label="No margin here", role="safety", margin=None
    )
    worse = replace(shown.findings[0].finding, outcome=bare, verdict="harm")
    both = replace(shown, findings=(*shown.findings, replace(shown.findings[0], finding=worse)))
    figure = charts()["guardrails"].draw(both)
    words = texts(figure)
    assert "Got worse by more than the plan allows: 1 of 2" in words
    assert any("No margin here" in word for word in words)
    assert "Higher is worse; no margin was set, so that it is not drawn" in words
    assert len([trace for trace in figure.data if trace.mode == "lines" and trace.x[0] != trace.x[1]]) == 1


def test_curves_are_drawn_at_their_times_and_stand_over_the_counts_at_risk() -> None:
    figure = charts()["survival"].draw(with_curves(), width=960)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(line.x) for line in lines] == [[0, 7, 14], [0, 7, 14]]
    tops = [list(line.y) for line in lines]
    step = (tops[0][1] - tops[0][0]) / (1.0 - 0.7)  # pixels for the whole share
    assert tops[1][2] - tops[1][0] == pytest.approx(0.4 * step)
    words = texts(figure)
    for count in ("100", "70", "45", "90", "60"):
        assert count in words
    table = charts()["survival"].table(with_curves())
    assert [row["share"] for row in table] == [1.0, 0.7, 0.45, 1.0, 0.9, 0.6]


def test_a_release_without_curves_has_no_such_picture() -> None:
    assert not charts()["survival"].applies(example_release("honeypot"))


def test_the_detectable_difference_is_that_of_a_power_of_eight_in_ten() -> None:
    shown = guarded(-1.96, 1.96)  # a standard error of 1
    assert detectable(shown.findings[0]).startswith("2.8")


def test_what_a_study_can_tell_says_its_margins_and_what_it_cannot_its_windows_and_limits() -> None:
    shown = with_study(blurring(), spans=(Span(blurring().plan.outcomes[0].name, 0.0, 56.0),))
    can, cannot = " ".join(can_tell(shown)), " ".join(cannot_tell(shown))
    assert "Chance decided" in can
    for outcome in shown.plan.outcomes:
        if outcome.role == "guardrail" and outcome.margin is not None:
            assert outcome.label in can
    assert "56 days" in cannot
    for limit in shown.study.limits:
        assert limit in cannot


def test_where_chance_did_not_decide_the_page_says_so_among_what_cannot_be_told() -> None:
    found = honeypot()
    shown = release(replace(found, plan=replace(found.plan, randomised=False)))
    assert any("Chance did not decide" in sentence for sentence in cannot_tell(shown))
    assert not any("Chance decided" in sentence for sentence in can_tell(shown))
