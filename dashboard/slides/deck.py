"""The forum deck of a study: from the question to where the figures come from, then further pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import in_short, telling, words
from dashboard.chart import View, available, charts
from dashboard.drawing.frame import place_and_time
from dashboard.language import count_of, say
from dashboard.monitored import standing
from dashboard.reach import can_tell, cannot_tell
from dashboard.scene import imprint
from dashboard.slides.arm_intervals import caption_of
from dashboard.slides.bars import add_bars, bars_of
from dashboard.slides.charts import scene_slide
from dashboard.slides.facts import assumptions, measured, methods, provenance_rows
from dashboard.slides.intervals import paged_findings, picture_of, spoken_of
from dashboard.slides.layouts import BODY, CONTENT, Box
from dashboard.slides.lists import column_slides, list_slides
from dashboard.slides.pages import Slides
from dashboard.slides.said import all_title, finding_notes, main_title
from dashboard.slides.scenes import chart_scenes
from dashboard.slides.sheet import put
from dashboard.slides.tables import add_table
from dashboard.theme import LIGHT
from dashboard.told import told
from dashboard.words.forms import day_text, said_of
from dashboard.words.looks import boundary_means, may_it_stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.chart import Chart
    from dashboard.slides.brand import Brand

BARS = Box(CONTENT.left, CONTENT.top, 270.0, CONTENT.height)  # left of the intervals
BESIDE = Box(CONTENT.left + 300, CONTENT.top, CONTENT.width - 300, CONTENT.height)
# Charts of the slides at the end, in order; who had what when stands in the design's picture already.
LATER = ("sensitivity", "subgroups", "profile", "survival", "flow")


def deck(release: Release, brand: Brand) -> bytes:
    """The deck as a file in PowerPoint's format, in the language spoken; the same bytes for the same release."""
    slides = Slides(imprint(release), brand)
    for part in (
        _opening,
        _question,
        _design,
        _main,
        _looks,
        _all,
        _guardrails,
        _limits,
        _methods,
        _provenance,
        _later,
    ):
        part(slides, release)
    return slides.saved()


def _opening(slides: Slides, release: Release) -> None:
    made = say("As of {day}", day=day_text(release.provenance.created_at))
    who = [slides.brand.organisation, place_and_time(release), telling.took_part(release), made]
    slide = slides.add(
        "Opening",
        title=release.study.title,
        subtitle=say("What a pilot study found. {topic}", topic=words.topic_word(release.study.topic)),
        notes=[release.study.question, release.study.summary, telling.took_part(release)],
    )
    slides.write(slide, slides.layout("Opening").place(BODY), [text for text in who if text])


def _question(slides: Slides, release: Release) -> None:
    study = release.study
    if not study.question and not study.summary:
        return
    done = [study.summary or telling.took_part(release)]
    column_slides(
        slides,
        title=study.question or study.title,
        subtitle=say("The question, and how it was asked"),
        left=(say("What was done"), done),
        right=(say("What was measured"), measured(release)),
        notes=[say("Say why the question matters here before you show any figure.")],
    )


def _design(slides: Slides, release: Release) -> None:
    chart = charts().get("design") or charts()["flow"]
    if chart.applies(release):
        notes = [telling.took_part(release), chart.describe(release)]
        _scenes(slides, chart, View(release), notes=notes)


def _main(slides: Slides, release: Release) -> None:
    """The main question: its series where there is one, else the intervals, the arms' own figures beside them."""
    primary = telling.of_role(release, "primary")
    if not primary:
        _unanswered(slides, release)
        return
    notes = finding_notes(release, primary)
    series = charts()["series"]
    outcome = primary[0].finding.outcome
    if series.applies(release) and series.table(release, outcome=outcome.name):
        _scenes(slides, series, View(release, outcome.name), notes=notes)
        return
    bars = bars_of(release, primary)
    subtitle = f"{_measure(outcome)}. {place_and_time(release)}."
    first, *more = paged_findings(release, primary, BESIDE if bars else CONTENT)
    slide = slides.add("Picture", title=main_title(release, primary), subtitle=subtitle, notes=notes)
    if bars:
        colours = (slides.brand.mark, LIGHT.rule)
        caption = caption_of(release, drawn=all(bar.ends for bar in bars))
        add_bars(slide, bars, BARS, outcome=outcome.label, colours=colours, caption=caption)
    _put(slide, release, first, BESIDE if bars else CONTENT)
    for part in more:
        slide = slides.add("Picture", title=main_title(release, part), subtitle=subtitle, notes=notes)
        _put(slide, release, part, CONTENT)


def _unanswered(slides: Slides, release: Release) -> None:
    reasons = dict.fromkeys(told(f"{each.reason} {each.remedy}") for each in release.not_estimable)
    list_slides(slides, title=main_title(release, ()), subtitle="", texts=list(reasons))


def _looks(slides: Slides, release: Release) -> None:
    """Where the study stands among its planned looks."""
    chart = charts()["looks"]
    if chart.applies(release):
        said = may_it_stop(standing(release))
        _scenes(slides, chart, View(release), notes=[said, boundary_means(), chart.describe(release)])


def _all(slides: Slides, release: Release) -> None:
    """All planned comparisons, where there are more than the main question's."""
    found = release.default_findings()
    if len(found) == len(telling.of_role(release, "primary")):
        return
    pages = paged_findings(release, found, CONTENT)
    for number, part in enumerate(pages, start=1):
        where = count_of(
            "All planned outcomes",
            "All planned outcomes, part {number} of {count}",
            len(pages),
            number=number,
        )
        _intervals_slide(
            slides, release, part, title=all_title(found), subtitle=f"{where}. {place_and_time(release)}."
        )


def _guardrails(slides: Slides, release: Release) -> None:
    if release.closed:
        return
    title = say("Did it harm? {answer}", answer=in_short.harm_text(release))
    watched = in_short.watched_findings(release)
    if not watched:
        texts = [
            say("A guardrail names beforehand what must not get worse, and by how much at most."),
            say("That nothing was found does not mean that nothing happened: nothing was watched for it."),
        ]
        list_slides(slides, title=title, subtitle=say("Guardrails and safety"), texts=texts)
        return
    for part in paged_findings(release, watched, CONTENT):
        subtitle = say("Guardrails and safety, with the margins that the plan set before anybody looked")
        _intervals_slide(slides, release, part, title=title, subtitle=subtitle)


def _limits(slides: Slides, release: Release) -> None:
    can, cannot = can_tell(release), cannot_tell(release)
    column_slides(
        slides,
        title=say("Did it work? {answer}", answer=in_short.worked(release)),
        subtitle=say("What this pilot can and cannot tell"),
        left=(say("It can tell"), can),
        right=(say("It cannot tell"), cannot),
        notes=[say("Name the limits yourself before somebody asks."), *(f"• {text}" for text in cannot)],
    )


def _methods(slides: Slides, release: Release) -> None:
    day = day_text(release.registration.registered_at)
    column_slides(
        slides,
        title=say("Every figure follows the plan that was registered on {day}", day=day),
        subtitle=say("How it was computed, and what that supposes"),
        left=(say("Methods"), methods(release)),
        right=(say("What they suppose, and what was checked"), assumptions(release)),
        notes=[*methods(release), *assumptions(release), *(check.says for check in release.checks)],
    )


def _provenance(slides: Slides, release: Release) -> None:
    rows = provenance_rows(release)
    title = say("Data, plan and code are named, so that the figures can be computed again")
    notes = [said_of(name, text) for name, text in rows]
    slide = slides.add("Picture", title=title, subtitle=say("Where these figures come from"), notes=notes)
    add_table(slide, rows, CONTENT, name=say("Where these figures come from"))


def _later(slides: Slides, release: Release) -> None:
    """The other pictures, for questions after the talk; those of one outcome show the main one's."""
    fitting = {chart.name: chart for chart in available(release)}
    first = next((found.finding.outcome.name for found in telling.of_role(release, "primary")), None)
    for chart in (fitting[name] for name in LATER if name in fitting):
        view = View(release, first if chart.table(release, outcome=first) else None)
        _scenes(slides, chart, view, before=say("Further picture"))


def _scenes(slides: Slides, chart: Chart, view: View, *, notes: Sequence[str] = (), before: str = "") -> None:
    for scene in chart_scenes(chart, view):
        scene_slide(slides, scene, notes=notes, before=before)


def _intervals_slide(
    slides: Slides, release: Release, part: Sequence[ReleasedFinding], *, title: str, subtitle: str
) -> None:
    notes = finding_notes(release, part)
    slide = slides.add("Picture", title=title, subtitle=subtitle, notes=notes)
    _put(slide, release, part, CONTENT)


def _put(slide: Any, release: Release, findings: Sequence[ReleasedFinding], box: Box) -> None:
    put(
        slide,
        picture_of(release, findings),
        box,
        name=say("Intervals"),
        description=spoken_of(release, findings),
    )


def _measure(outcome: Outcome) -> str:
    said = outcome.measure or outcome.label
    return f"{said[:1].upper()}{said[1:]}"
