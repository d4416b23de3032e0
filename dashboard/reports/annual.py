"""The annual report over all pilots of a store: what they add up to, then one page a pilot, by topic."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dashboard import in_short, words
from dashboard.language import count_of, language, say
from dashboard.portfolio import figures
from dashboard.reports.annual_parts import how, none_hidden, pilot_page, together, waiting
from dashboard.reports.content import Notice, Paragraph, Report, Section, Tiles, Words, grid
from dashboard.reports.opening import verdict
from dashboard.reports.study import policy_word
from dashboard.slides.said import main_title
from dashboard.telling import of_role
from dashboard.words.forms import day_text
from dashboard.words.portfolio import invented_texts, stages_text, tally_notes, tally_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release
    from dashboard.portfolio import Entry
    from dashboard.reports.content import Block, Cell


@dataclass(frozen=True, slots=True)
class Year:
    """What an annual report is made of: every pilot of a store, or those of a `year`, as of `day` (ISO 8601)."""

    entries: tuple[Entry, ...]
    day: str
    year: int | None = None

    @property
    def releases(self) -> tuple[Release, ...]:
        """Those of the pilots that were analysed, in order."""
        return tuple(each.pilot.release for each in self.entries if each.pilot.release)


def annual_report(year: Year) -> Report:
    """The report in the language spoken; the same pilots on the same day, the same report."""
    releases = year.releases
    sections = [_findings(year), *_topics(year), together(releases), none_hidden(releases)]
    sections += [waiting(year.entries), how(releases)]
    kept = tuple(section for section in sections if section.blocks or section.parts)
    topics = dict.fromkeys(words.topic_word(each.topic) for each in year.entries if each.pilot.facts)
    return Report(
        kind=say("Annual report") if year.year is None else say("Annual report {year}", year=year.year),
        title=say("What works against child sexual abuse online?"),
        lead=say(
            "What the pilots found, as of {day}: {topics}", day=day_text(year.day), topics=", ".join(topics)
        ),
        opening=_opening(year),
        sections=kept,
        notice=_notice(releases),
        imprint=say(
            "Annual report · {pilots} · {rules} · {day}",
            pilots=count_of("{count} pilot", "{count} pilots", len(year.entries)),
            rules=policy_word(releases[0]) if releases else say("for everybody"),
            day=day_text(year.day),
        ),
        about={
            "studies": "; ".join(release.study.id for release in releases),
            "plan_hashes": "; ".join(release.registration.hash for release in releases),
            "data_hashes": "; ".join(release.data.hash for release in releases),
            "policy": "; ".join(sorted({release.policy.name for release in releases})),
            "data_are": "; ".join(release.study.data_are for release in releases),
            "as_of": year.day,
            "language": language(),
        },
        made_at=year.day,
        language=language(),
    )


def _notice(releases: Sequence[Release]) -> str:
    """How many pilots rest on invented data; each says so again by itself."""
    said = invented_texts([release.study.data_are for release in releases])
    if not all(release.policy.public for release in releases):
        said.append(say("For the research team: not for publication."))
    return " ".join(said)


def _opening(year: Year) -> tuple[Block, ...]:
    found = figures(year.entries)
    tiles = Tiles(
        (
            (say("Pilots"), words.number(found.pilots, decimals=0), stages_text(found.stages)),
            (say("People"), tally_text(found.people), tally_notes(found.people)),
            (say("Met a warning"), tally_text(found.warned), tally_notes(found.warned)),
            (say("Moderators"), tally_text(found.moderators), tally_notes(found.moderators)),
            (
                say("Pilots with harm"),
                f"▼ {words.number(len(found.harmful), decimals=0)}" if found.harmful else "0",
                say("of {count} analysed", count=words.number(found.analysed, decimals=0)),
            ),
        )
    )
    harmed = [
        Notice(f"▼ {each.study.title}: {in_short.harm_text(each)}")
        for each in year.releases
        if in_short.harms(each)
    ]
    return (tiles, *harmed)


def _findings(year: Year) -> Section:
    """Every analysed pilot in a row: what it found, and whether it harmed."""
    rows = [_row(release) for release in year.releases]
    caption = say("Each pilot, its main finding and its harms")
    return Section(
        "findings",
        say("The findings in short"),
        (
            Paragraph(say("Pilots without a gain stand here like those with one, and in the same words.")),
            *grid(rows, caption=caption, widths=(3.2, 4.4, 2, 2.6)),
        ),
    )


def _row(release: Release) -> dict[str, object]:
    primary = of_role(release, "primary")
    marks: Cell = tuple(dict.fromkeys(verdict(found) for found in primary))
    return {
        say("Pilot"): (Words(release.study.title, to=f"pilot-{release.study.id}"), release.study.company),
        say("Main finding"): main_title(release, primary),
        say("Did it work?"): (*(marks if isinstance(marks, tuple) else (marks,)), in_short.worked(release)),
        say("Did it harm?"): _harm(release),
    }


def _harm(release: Release) -> Cell:
    found = in_short.harms(release)
    return (verdict(found[0]), in_short.harm_text(release)) if found else in_short.harm_text(release)


def _topics(year: Year) -> list[Section]:
    analysed = [each for each in year.entries if each.pilot.release]
    return [
        Section(
            f"topic-{topic}",
            words.topic_word(topic),
            (),
            tuple(
                pilot_page(each.pilot.release, first=not place)
                for place, each in enumerate(group)
                if each.pilot.release
            ),
            fresh=True,
        )
        for topic, group in groupby(analysed, key=lambda each: each.topic)
    ]
