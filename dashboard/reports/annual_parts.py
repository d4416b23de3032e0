"""Parts of the annual report: a pilot's page, what pilots share, what was not found, who waits, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.refusal import Refusal
from dashboard import comparing, in_short, telling, words
from dashboard.chart import charts
from dashboard.comparison import comparisons
from dashboard.drawing.frame import place_and_time
from dashboard.interim import notice_text
from dashboard.language import say
from dashboard.portfolio import UNREADABLE
from dashboard.reach import cannot_tell
from dashboard.reports.content import Bullets, Facts, Notice, Paragraph, Section, Words, grid
from dashboard.reports.drawings import WIDTH, drawing, drawings
from dashboard.reports.opening import verdict
from dashboard.reports.results import OWN_PICTURES
from dashboard.scene import imprint
from dashboard.slides.said import main_title
from dashboard.told import told
from dashboard.words.comparisons import WHY_NOT
from dashboard.words.forms import said_of
from dashboard.words.stages import STAGE_MARKS, stage_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.disclosure import Release
    from dashboard.comparison import Comparison
    from dashboard.portfolio import Entry
    from dashboard.reports.content import Block, Cell

TALLEST = 0.52  # of a pilot's picture, in widths: its page holds more than it
LIMITS = 3  # of what a pilot cannot tell: the others stand in its own report
NULLS = ("inconclusive", "equivalent", "non_inferior")


def pilot_page(release: Release, *, first: bool) -> Section:
    """One pilot on a page: question, main finding with its picture, harms, how sure, what it cannot tell."""
    study = release.study
    notice = notice_text(release)
    primary = telling.of_role(release, "primary")
    blocks: list[Block] = [Paragraph(study.question, look="lead")]
    blocks += [Notice(notice)] if notice else []
    blocks += [Paragraph((verdict(found), f"{telling.opening(release, found)}.")) for found in primary]
    if not primary:
        blocks.append(Paragraph(main_title(release, ()), look="lead"))
    blocks += _picture(release)
    rows: list[tuple[str, Cell]] = [
        (say("Run by"), place_and_time(release)),
        (say("Did it harm?"), _harm(release)),
        (say("Can the figures be trusted?"), _trusted(release)),
        (say("Who took part?"), telling.took_part(release)),
        (say("It cannot tell"), tuple(f"– {text}" for text in cannot_tell(release)[:LIMITS])),
    ]
    blocks.append(Facts(tuple(rows)))
    blocks.append(Paragraph(imprint(release).source, look="small"))
    return Section(f"pilot-{study.id}", study.title, tuple(blocks), fresh=not first, whole=True)


def _picture(release: Release) -> list[Block]:
    """The main outcome's own picture, else its intervals; what it says stands above it already."""
    primary = next((o for o in release.plan.outcomes if o.role == "primary"), None)
    for name in (*OWN_PICTURES, "forest"):
        if primary and name in charts() and (shown := drawings(release, name, outcome=primary.name)):
            return [replace(drawn, title=primary.label, tallest=TALLEST) for drawn in shown]
    return []


def _harm(release: Release) -> Cell:
    lines = ((verdict(f), f"{telling.opening(release, f)}.") for f in in_short.watched_findings(release))
    return (in_short.harm_text(release), *(line for pair in lines for line in pair))


def _trusted(release: Release) -> Cell:
    counts = Counter(check.verdict for check in release.checks)
    found = tuple(
        Words(told(check.says), tone=check.verdict) for check in release.checks if check.verdict != "pass"
    )
    return (words.trusted_text(counts), *found)


def together(releases: Sequence[Release]) -> Section:
    """Outcomes that several pilots share, each on one axis, pooled where that is allowed."""
    shared = [found for found in comparisons(releases) if len(found.releases) > 1]
    parts = tuple(_comparison(found, place) for place, found in enumerate(shared, start=1))
    return Section("together", say("The same outcome in several pilots"), (), parts, fresh=bool(parts))


def _comparison(found: Comparison, place: int) -> Section:
    pooled = None
    why = found.why_not
    if why is None:
        try:
            pooled = found.pooled()
        except Refusal as refusal:
            reason: str = told(refusal.reason)
        else:
            reason = comparing.pooled_sentence(found, pooled)
    else:
        reason = say(WHY_NOT[why])
    figure = comparing.draw(found, pooled, width=WIDTH, framed=False)
    shown = drawing(
        figure,
        name=f"comparison-{place}",
        title=comparing.headline(found),
        subtitle=comparing.subtitle(found),
        description=comparing.describe(found, pooled),
        rows=comparing.table(found, pooled),
        label=found.label,
    )
    notice = comparing.notice(found)
    warned = (Notice(notice),) if notice else ()
    notes = (Paragraph(note, look="quiet") for note in telling.notes(pooled)) if pooled else ()
    blocks: tuple[Block, ...] = (*warned, shown, Paragraph(reason), *notes)
    return Section(f"comparison-{place}", found.label, blocks)


def none_hidden(releases: Sequence[Release]) -> Section:
    """What was asked and not found, with what each interval still allows."""
    rows = [
        {
            say("Pilot"): release.study.title,
            say("Verdict"): verdict(found),
            say("What the interval still allows"): telling.sentence(release, found),
        }
        for release in releases
        for found in release.default_findings()
        if found.finding.verdict in NULLS
    ]
    lead = Paragraph(
        say(
            "“Unclear” is not “no effect”. Each interval says which effects the data leave open, for better or "
            "worse."
        )
    )
    table = grid(rows, caption=say("Questions without a clear gain"), widths=(3, 1.8, 6.5))
    return Section("nulls", say("What was not found"), (lead, *table) if table else ())


def waiting(entries: Iterable[Entry]) -> Section:
    """Pilots of which there is nothing to tell yet, and why."""
    rows: list[dict[str, object]] = []
    for each in entries:
        stage = each.progress.stage
        if each.pilot.release is not None and stage not in ("running", "look"):
            continue
        mark = STAGE_MARKS[stage]
        rows.append(
            {
                say("Pilot"): (each.pilot.title, each.company),
                say("Topic"): "" if each.topic == UNREADABLE else words.topic_word(each.topic),
                say("Stage"): (f"{mark.shape} {stage_text(each.progress)}", told(each.pilot.fault)),
            }
        )
    table = grid(rows, caption=say("Planned and running"), widths=(5, 2.4, 4))
    return Section("waiting", say("Pilots planned and running"), (*table,))


def how(releases: Sequence[Release]) -> Section:
    """The methods in brief, and what each verdict means."""
    verdicts = [
        {say("Verdict"): Words(mark.text, tone=name, strong=True), say("It means"): mark.means}
        for name, mark in words.VERDICTS.items()
    ]
    methods = dict.fromkeys(
        telling.estimator_label(f.finding.estimator) for r in releases for f in r.default_findings()
    )
    return Section(
        "how",
        say("How it was computed"),
        (
            Bullets(
                (
                    say(
                        "Each pilot has a registered plan; what was changed after data came in is on record."
                    ),
                    say("A line is the interval, the mark in it the estimate; every finding has both."),
                    say(
                        "Whether chance decided who got what is said of each pilot; only then is a cause named."
                    ),
                    say("Counts of few people are not shown, or rounded to the middle of their ten."),
                    said_of(say("Methods"), say(", ").join(methods)),
                )
            ),
            *grid(verdicts, caption=say("What the verdicts mean"), widths=(2, 6)),
        ),
    )
