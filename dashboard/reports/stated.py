"""What those who did a study state about it for its report: what neither its plan nor its log can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import later, say
from dashboard.reports.content import Facts, Paragraph, Section
from dashboard.reports.extensions import EXTENSIONS, extensions
from dashboard.reports.items import ITEMS, items
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import Release
    from dashboard.reports.content import Block, Cell

STATED: Mapping[str, str] = {  # by key of a study file's `reporting`
    "registration": later("Public registration"),
    "protocol": later("Protocol and plan of analysis"),
    "ethics": later("Approval by an ethics committee"),
    "funding": later("Funding"),
    "interests": later("Interests"),
    "sharing": later("Data and code"),
    "involvement": later("Part of the public and of those concerned"),
    "eligibility": later("Who could take part"),
    "settings": later("Sites and people who gave the interventions"),
    "interventions": later("What each arm was given"),
    "harms": later("How harms were defined"),
    "sample_size": later("Why so many took part"),
    "clusters": later("Why clusters were assigned, and not people"),
    "sequence": later("Who made the random sequence, and how"),
    "concealment": later("How the next arm was kept hidden"),
    "list_access": later("Who could see the list"),
    "blinding": later("Who did not know the arms, and how"),
    "ending": later("Why it ended"),
    "other_care": later("What else people were given meanwhile"),
}


def stated(release: Release) -> Section:
    """What those who did the study state about it, and what they do not; nothing where they state nothing."""
    said = release.study.reporting
    rows: list[tuple[str, Cell]] = [(say(label), said[key]) for key, label in STATED.items() if key in said]
    missing = [say(label) for key, label in STATED.items() if key not in said and _asked(release, key)]
    blocks: list[Block] = [Facts(tuple(rows))] if rows else []
    if rows and missing:
        blocks.append(Paragraph(f"{said_of(say('Not stated by the study'), say('; ').join(missing))}."))
    return Section("stated", say("What the study states"), tuple(blocks))


def _asked(release: Release, key: str) -> bool:
    """Whether a statement is asked of a study of that design."""
    items_of = {item.stated for item in (*items(release), *extensions(release))}
    return key in items_of or key not in {item.stated for item in (*ITEMS, *EXTENSIONS)}
