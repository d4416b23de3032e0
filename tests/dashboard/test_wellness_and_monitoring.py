"""Scores over time and planned looks: what their pictures and pages say, in both languages, and what they hide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from analysis.disclosure import release
from analysis.finding import Contrast
from analysis.looks.planned import planned_looks
from analysis.policy import INTERNAL, PUBLIC
from analysis.score_courses import AnsweredGroup, ScoreBand, ScoreCourse
from analysis.supplement import Supplied
from dashboard.chart import charts
from dashboard.drawing.share_rows import ink_on, shades
from dashboard.language import LANGUAGES, say, speaking
from tests.dashboard.test_pages import open_page, text
from tests.pictures import misplaced
from tests.support import blurring

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.disclosure import Release
    from analysis.policy import Policy

BANDS = tuple(ScoreBand(name, low, low + 22, "A manual") for name, low in (("low", 17), ("high", 40)))
PICTURES = ("scores", "score-bands", "answering", "looks")
WIDTHS = (320, 390, 720, 960)


def group(when: str, arm: str, mean: float, bands: tuple[int, int], asked: int = 155) -> AnsweredGroup:
    return AnsweredGroup(
        when, arm, asked, sum(bands), mean=mean, low=mean - 1.5, high=mean + 1.5, sd=9.0, in_bands=bands
    )


COURSE = ScoreCourse(
    "distress",
    "STSS",
    "wave",
    0.95,
    17,
    85,
    ("baseline", "follow-up"),
    BANDS,
    (
        group("baseline", "control", 41.0, (70, 75)),
        group("baseline", "grey", 40.5, (72, 71)),
        group("baseline", "blur", 41.2, (68, 74)),
        group("follow-up", "control", 41.25, (60, 70)),
        group("follow-up", "grey", 38.5, (80, 48)),
        group("follow-up", "blur", 30.77, (4, 3)),
    ),
)


def example(policy: Policy = INTERNAL, *, z: float = -2.4) -> Release:
    """The three-armed example with scores, at the first of three looks; the last group of scores is small."""
    found = blurring()
    plan = replace(found.plan, looks=(0.4, 0.7, 1.0), spending="obrien-fleming", planned_units=1100)
    figures = {"look": 1.0, "looks": 3.0, "information": 0.4, "z": z, "boundary_z": 3.36}
    supplied = Supplied(
        "monitoring", "distress", Contrast("grey", "control"), "At look 1.", parameters=figures
    )
    seen = replace(
        found, plan=plan, looks=planned_looks(plan), supplied=(*found.supplied, supplied), scores=(COURSE,)
    )
    return release(seen, policy)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_text_is_clipped_and_none_lies_on_another(
    name: str, width: int, framed: bool, spoken: str
) -> None:
    with speaking(spoken):
        figure = charts()[name].draw(example(), width=width, framed=framed)
    assert figure.layout.width == width
    assert misplaced(figure) == []


def test_who_answered_has_no_public_picture_where_few_were_lost() -> None:
    """Those who were asked are a step on the way to the analysis, and such steps are hidden there."""
    assert charts()["answering"].applies(example(INTERNAL))
    assert not charts()["answering"].applies(example(PUBLIC))


@pytest.mark.parametrize(
    ("name", "policy"), [*((name, INTERNAL) for name in PICTURES[:3]), *((n, PUBLIC) for n in PICTURES[:2])]
)
def test_a_small_group_is_in_no_picture_table_or_words(name: str, policy: Policy) -> None:
    chart, made = charts()[name], example(policy)
    figure = chart.draw(made).to_json()
    told = [figure, str(chart.table(made)), chart.describe(made), chart.headline(_view(made))]
    for hidden in ("30.77", "30.8", "7 of 155"):
        assert not any(hidden in each for each in told), hidden
    assert "not shown" in chart.describe(made)


def numbers(chart: str, made: Release, column: str) -> list[float]:
    """The numbers in one column of a chart's table."""
    return [value for row in charts()[chart].table(made) if isinstance(value := row[column], int | float)]


def _view(made: Release) -> Any:
    from dashboard.chart import View

    return View(made)


def test_a_chart_of_means_draws_the_means_of_its_table() -> None:
    made = example()
    drawn = [
        value
        for trace in charts()["scores"].draw(made).data
        if trace.mode == "lines+markers"
        for value in trace.y
        if value is not None
    ]
    means = numbers("scores", made, "mean")
    assert len(drawn) == len(means) == 5
    high, low = max(means), min(means)
    assert max(drawn) - min(drawn) > 0
    by_height = sorted(drawn)  # pixels grow downwards
    assert [
        round((y - by_height[0]) / (by_height[-1] - by_height[0]), 3) for y in by_height
    ] == pytest.approx(
        [round((high - mean) / (high - low), 3) for mean in sorted(means, reverse=True)], abs=0.01
    )


def test_the_parts_of_a_bar_are_as_long_as_their_shares() -> None:
    figure = charts()["score-bands"].draw(example(), width=960)
    light, strong = shades("light", 2)
    for fill, people in ((light, [70, 72, 68, 60, 80]), (strong, [75, 71, 74, 70, 48])):
        found = [shape for shape in figure.layout.shapes if shape.fillcolor == fill]
        lengths = [shape.x1 - shape.x0 for shape in found][1:]  # the first is the legend's
        total = [145, 143, 142, 130, 128]
        assert [length / lengths[0] for length in lengths] == pytest.approx(
            [n / of / (people[0] / total[0]) for n, of in zip(people, total, strict=True)], rel=1e-6
        )


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("many", range(1, 7))
def test_figures_inside_a_bar_can_be_read(mode: Any, many: int) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert len(set(shades(mode, many))) == many
    for fill in shades(mode, many):
        bright, dim = sorted((luminance(fill), luminance(ink_on(fill))), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5


def test_a_result_is_drawn_where_more_is_better() -> None:
    for z, up in ((-2.4, True), (2.4, False)):
        [result] = [t for t in charts()["looks"].draw(example(z=z)).data if t.marker.symbol == "diamond"]
        [mark] = [t for t in charts()["looks"].draw(example(z=z)).data if t.marker.symbol == "triangle-down"]
        assert (result.y[0] < mark.y[0]) is up  # pixels grow downwards
        assert result.x[0] == 0.4


def test_the_table_of_looks_holds_the_boundaries_of_the_plan() -> None:
    from analysis.looks.boundaries import stopping

    made = example()
    shares = numbers("looks", made, "information")
    spent = stopping(shares, numbers("looks", made, "boundary_z"))
    assert sum(spent) == pytest.approx(0.05, abs=2e-5)
    harm = stopping(shares, numbers("looks", made, "harm_boundary_z"), sides=1)
    assert sum(harm) == pytest.approx(0.05, abs=2e-5)


def test_a_closed_study_shows_its_boundaries_and_no_result() -> None:
    found = blurring()
    plan = replace(found.plan, looks=(0.5, 1.0), spending="pocock", planned_units=2000)
    assert found.study is not None
    running = replace(
        found,
        plan=plan,
        looks=planned_looks(plan),
        scores=(COURSE,),
        study=replace(found.study, data_are="observed"),
        conduct=replace(found.conduct, ended=False),
    )
    made = release(running)
    assert made.closed
    assert charts()["looks"].applies(made)
    assert not [t for t in charts()["looks"].draw(made).data if t.marker.symbol in ("diamond", "circle")]
    assert not any(charts()[name].applies(made) for name in PICTURES[:3])


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_wellness_page_shows_scores_bands_and_answers(
    spoken: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _page("wellness", demo_store, monkeypatch, "moderator-blur-sim", spoken)
    with speaking(spoken):
        for title in ("Scores over time", "Bands of the questionnaire", "Who answered"):
            assert say("{chart}: the numbers behind it", chart=say(title)).replace("\xa0", " ") in shown
    assert {"en": "26.1", "fr": "26,1"}[spoken] in shown


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_pilot_without_questionnaires_or_looks_says_so(
    spoken: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with speaking(spoken):
        none = say("This pilot asked nobody with a questionnaire, so that there are no scores to show.")
        so_far = say("So far")
    name = "honeypot-warnings-2022"
    assert none.replace("\xa0", " ") in _page("wellness", demo_store, monkeypatch, name, spoken)
    monitored = _page("monitoring", demo_store, monkeypatch, name, spoken)
    assert so_far in monitored
    assert {"en": "no look before the end", "fr": "aucune analyse avant la fin"}[spoken] in monitored


def _page(page: str, store: Path, monkeypatch: pytest.MonkeyPatch, study: str, spoken: str) -> str:
    from streamlit.testing.v1 import AppTest

    from tests.dashboard.test_pages import show

    if spoken == "en":
        return text(open_page(page, store, monkeypatch, study=study))
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, args=(page,), default_timeout=60)
    app.query_params["study"] = study
    app.query_params["lang"] = spoken
    return text(app.run())
