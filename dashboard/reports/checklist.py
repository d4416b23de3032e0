"""Which item of the reporting guideline stands where in a study's report, and which is not reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER, LAYOUTS, PANEL, STEPPED
from dashboard.language import later, say
from dashboard.reports.content import Bullets, Paragraph, Section, Words, grid
from dashboard.reports.extensions import extensions
from dashboard.reports.items import GROUPS, Item, items
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import Release
    from dashboard.reports.content import Block, Cell

GUIDELINES: Mapping[str, str] = {
    CLUSTERED.name: later("and its extension for trials of clusters (2012)"),
    CROSSOVER.name: later("and its extension for crossover trials (2019)"),
    STEPPED.name: later("and its extension for stepped-wedge trials (2018)"),
    PANEL.name: later("and its extension for stepped-wedge trials (2018)"),
}
MANY_ARMS = later("and its extension for trials of several arms (2019)")


def checklist(release: Release, places: Mapping[str, str]) -> Section:
    """The checklist; `places` are the headings of the report with their numbers, by anchor."""
    rows = [_row(release, item, places) for item in (*items(release), *extensions(release))]
    counted = sum(_anchors(release, item, places) != () for item in items(release))
    blocks: list[Block] = [
        Paragraph(_guideline(release)),
        Paragraph(
            say(
                "Reported: {count} of {all} items. What the study does not state cannot be reported here, and the "
                "list says so.",
                count=counted,
                all=len(items(release)),
            )
        ),
        *grid(rows, caption=say("Items of the guideline and where they stand"), widths=(2, 0.8, 4.6, 4.6)),
    ]
    if not release.plan.randomised:
        blocks.append(
            Bullets(
                (
                    say(
                        "Random sequence, concealment of the allocation: do not apply, as nothing was assigned at "
                        "random."
                    ),
                    say("How the arms were given out instead stands in the section on the design."),
                )
            )
        )
    return Section("checklist", say("Checklist of the reporting guideline"), tuple(blocks), fresh=True)


def _guideline(release: Release) -> str:
    if not release.plan.randomised:
        return say(
            "CONSORT is the guideline for randomised trials, and nothing was assigned at random here: it does not "
            "apply. The list names the items that such a study shares with it, as the TREND statement asks."
        )
    parts = [say("CONSORT 2025, the guideline for reports of randomised trials")]
    if release.plan.layout in GUIDELINES:
        parts.append(say(GUIDELINES[release.plan.layout]))
    elif len(release.study.arms) > 2:
        parts.append(say(MANY_ARMS))
    said = f"{', '.join(parts)}."
    if LAYOUTS[release.plan.layout].people:
        return said
    return f"{said} {say('Here whole platforms were randomised, so items on people speak of platforms.')}"


def _row(release: Release, item: Item, places: Mapping[str, str]) -> dict[str, object]:
    return {
        say("Part"): say(GROUPS[item.group]),
        say("Item"): item.number,
        say("What is asked for"): say(item.asks),
        say("Where it stands"): _where(release, item, places),
    }


def _where(release: Release, item: Item, places: Mapping[str, str]) -> Cell:
    anchors = _anchors(release, item, places)
    if not anchors:
        return Words(said_of(say("Not reported"), say(item.missing)), tone="notice")
    return tuple(Words(places[anchor], to=anchor) for anchor in anchors)


def _anchors(release: Release, item: Item, places: Mapping[str, str]) -> tuple[str, ...]:
    """The sections of this report that hold the item; none where it is not reported."""
    found = item.anchors if item.reported(release) else ()
    stated = ("stated",) if item.stated in release.study.reporting else ()
    return tuple(anchor for anchor in (*found, *stated) if anchor in places)
