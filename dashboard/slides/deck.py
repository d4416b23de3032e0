"""The forum deck of a study: from the question to where the figures come from, then further pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import telling, words
from dashboard.chart import available, charts
from dashboard.drawing.frame import place_and_time
from dashboard.language import count_of, say
from dashboard.slides.bars import add_bars, bars_of
from dashboard.slides.charts import chart_slides
from dashboard.slides.facts import assumptions, measured, methods, provenance_rows
from dashboard.slides.intervals import paged_findings, picture_of, spoken_of
from dashboard.slides.layouts import BODY, CONTENT, Box
from dashboard.slides.lists import column_slides, list_slides
from dashboard.slides.pages import Slides
from dashboard.slides.said import all_title, finding_notes, harmed, main_title, watched_findings, worked
from dashboard.slides.sheet import put
from dashboard.slides.tables import add_table
from dashboard.theme import LIGHT
from dashboard.told import told
from dashboard.words.forms import day_text, said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.slides.brand import Brand

BARS = Box(CONTENT.left, CONTENT.top, 270.0, CONTENT.height)  # left of the intervals
BESIDE = Box(CONTENT.left + 300, CONTENT.top, CONTENT.width - 300, CONTENT.height)
LATER = ("sensitivity", "subgroups", "profile", "adoption", "flow")  # charts of the slides at the end, in order


def deck(release: Release, brand: Brand) -> bytes:
    """The deck as a file in PowerPoint's format, in the language spoken; the same bytes for the same release."""
    slides = Slides(release, brand)
    for part in (_opening, _question, _design, _main, _all, _guardrails, _limits, _methods, _provenance, _later):
        part(slides)
    return slides.saved()


def _opening(slides: Slides) -> None:
    release = slides.release
    made = say("As of {day}", day=day_text(release.provenance.created_at))
    who = [slides.brand.organisation, place_and_time(release), telling.took_part(release), made]
    slide = slides.add(
        "Opening",
        title=release.study.title,
        subtitle=say("What a pilot study found. {topic}", topic=words.topic_word(release.study.topic)),
        notes=[release.study.question, release.study.summary, telling.took_part(release)],
    )
    slides.write(slide, slides.layout("Opening").place(BODY), [text for text in who if text])


def _question(slides: Slides) -> None:
    study = slides.release.study
    if not study.question and not study.summary:
        return
    done = [study.summary or telling.took_part(slides.release)]
    column_slides(
        slides,
        title=study.question or study.title,
        subtitle=say("The question, and how it was asked"),
        left=(say("What was done"), done),
        right=(say("What was measured"), measured(slides.release)),
        notes=[say("Say why the question matters here before you show any figure.")],
    )


def _design(slides: Slides) -> None:
    chart = charts().get("design") or charts()["flow"]
    if chart.applies(slides.release):
        notes = [telling.took_part(slides.release), chart.describe(slides.release)]
        chart_slides(slides, chart, notes=notes)


def _main(slides: Slides) -> None:
    """The main question: its series where there is one, else the intervals, the arms' own figures beside them."""
    release = slides.release
    primary = telling.of_role(release, "primary")
    if not primary:
        _unanswered(slides)
        return
    notes = finding_notes(release, primary)
    series = charts()["series"]
    outcome = primary[0].finding.outcome
    if series.applies(release) and series.table(release, outcome=outcome.name):
        chart_slides(slides, series, outcome=outcome.name, notes=notes)
        return
    bars = bars_of(release, primary)
    subtitle = f"{_measure(outcome)}. {place_and_time(release)}."
    first, *more = paged_findings(release, primary, BESIDE if bars else CONTENT)
    slide = slides.add("Picture", title=main_title(release, primary), subtitle=subtitle, notes=notes)
    if bars:
        colours = (slides.brand.mark, LIGHT.rule)
        add_bars(slide, bars, BARS, outcome=outcome.label, colours=colours)
    _put(slide, release, first, BESIDE if bars else CONTENT)
    for part in more:
        slide = slides.add("Picture", title=main_title(release, part), subtitle=subtitle, notes=notes)
        _put(slide, release, part, CONTENT)


def _unanswered(slides: Slides) -> None:
    reasons = [told(f"{each.reason} {each.remedy}") for each in slides.release.not_estimable]
    list_slides(slides, title=main_title(slides.release, ()), subtitle="", texts=reasons)


def _all(slides: Slides) -> None:
    """All planned comparisons, where there are more than the main question's."""
    release = slides.release
    found = release.default_findings()
    if len(found) == len(telling.of_role(release, "primary")):
        return
    pages = paged_findings(release, found, CONTENT)
    for number, part in enumerate(pages, start=1):
        where = count_of("All planned outcomes", "All planned outcomes, part {number} of {count}", len(pages), number=number)
        _intervals_slide(slides, part, title=all_title(found), subtitle=f"{where}. {place_and_time(release)}.")


def _guardrails(slides: Slides) -> None:
    release = slides.release
    title = say("Did it harm? {answer}", answer=harmed(release))
    watched = watched_findings(release)
    if not watched:
        texts = [
            say("A guardrail names beforehand what must not get worse, and by how much at most."),
            say("That nothing was found does not mean that nothing happened: nothing was watched for it."),
        ]
        list_slides(slides, title=title, subtitle=say("Guardrails and safety"), texts=texts)
        return
    for part in paged_findings(release, watched, CONTENT):
        subtitle = say("Guardrails and safety, with the margins that the plan set before anybody looked")
        _intervals_slide(slides, part, title=title, subtitle=subtitle)


def _limits(slides: Slides) -> None:
    release = slides.release
    primary = telling.of_role(release, "primary")
    can = [words.cause_text(release.plan.layout, randomised=release.plan.randomised)]
    can += [f"{telling.opening(release, found)}." for found in primary]
    cannot = [*release.study.limits, *release.withheld] or [say("The study file declares no limits.")]
    column_slides(
        slides,
        title=say("Did it work? {answer}", answer=worked(release)),
        subtitle=say("What this pilot can and cannot tell"),
        left=(say("It can tell"), can),
        right=(say("It cannot tell"), cannot),
        notes=[say("Name the limits yourself before somebody asks."), *(f"• {text}" for text in cannot)],
    )


def _methods(slides: Slides) -> None:
    release = slides.release
    day = day_text(release.registration.registered_at)
    column_slides(
        slides,
        title=say("Every figure follows the plan that was registered on {day}", day=day),
        subtitle=say("How it was computed, and what that supposes"),
        left=(say("Methods"), methods(release)),
        right=(say("What they suppose, and what was checked"), assumptions(release)),
        notes=[*methods(release), *assumptions(release), *(check.says for check in release.checks)],
    )


def _provenance(slides: Slides) -> None:
    rows = provenance_rows(slides.release)
    title = say("Data, plan and code are named, so that the figures can be computed again")
    notes = [said_of(name, text) for name, text in rows]
    slide = slides.add("Picture", title=title, subtitle=say("Where these figures come from"), notes=notes)
    add_table(slide, rows, CONTENT, name=say("Where these figures come from"))


def _later(slides: Slides) -> None:
    """The other pictures, for questions after the talk."""
    fitting = {chart.name: chart for chart in available(slides.release)}
    for name in (name for name in LATER if name in fitting):
        chart_slides(slides, fitting[name], before=say("Further picture"))


def _intervals_slide(slides: Slides, part: Sequence[ReleasedFinding], *, title: str, subtitle: str) -> None:
    notes = finding_notes(slides.release, part)
    slide = slides.add("Picture", title=title, subtitle=subtitle, notes=notes)
    _put(slide, slides.release, part, CONTENT)


def _put(slide: Any, release: Release, findings: Sequence[ReleasedFinding], box: Box) -> None:
    put(slide, picture_of(release, findings), box, name=say("Intervals"), description=spoken_of(release, findings))


def _measure(outcome: Outcome) -> str:
    said = outcome.measure or outcome.label
    return f"{said[:1].upper()}{said[1:]}"
