"""The annual report over all pilots: each finding, harms first, what was not found, and who still waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from analysis.about import StudyFacts
from analysis.policy import PUBLIC
from dashboard import telling
from dashboard.language import speaking
from dashboard.portfolio import entry
from dashboard.reports.annual import Year, annual_report
from dashboard.reports.gathering import _years, day, gathered, year_of
from dashboard.reports.typeset import report_pdf
from dashboard.reports.web import report_html
from dashboard.scene import imprint
from dashboard.session import Pilot
from dashboard.slides.said import main_title
from dashboard.spoken import in_language
from experiments.faults import Fault
from tests.dashboard.test_reports import Reader, pdf_text, plain
from tests.support import example_release

if TYPE_CHECKING:
    from dashboard.reports.content import Report
    from tests.small_pilot import SmallPilot

NAMES = ("honeypot", "blurring", "peer-support")
TODAY = date(2026, 11, 1)
PLANNED = StudyFacts("later", "A pilot to come", "deterrence", "a-company", "individual", (), "2027-01-01")


@cache
def year(spoken: str = "en") -> Year:
    found = [in_language(example_release(name, policy=PUBLIC), spoken) for name in NAMES]
    pilots = [Pilot(r.study.id, "analysed", r.study, r, until=r.data.last) for r in found]
    pilots += [Pilot("later", "registered", PLANNED), Pilot("lost", "broken", fault="It cannot be read.")]
    entries = [entry(pilot, today=TODAY) for pilot in pilots]
    return Year(tuple(sorted(entries, key=lambda each: each.topic)), TODAY.isoformat())


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_each_pilot_has_its_finding_its_harms_and_its_limits(spoken: str) -> None:
    with speaking(spoken):
        report = annual_report(year(spoken))
        texts = (pdf_text(report_pdf(report)), plain(Reader(report_html(report).decode()).text))
        for release in year(spoken).releases:
            primary = telling.of_role(release, "primary")
            for said in (release.study.title, main_title(release, primary), telling.took_part(release)):
                assert [plain(said) in text for text in texts] == [True, True]
            for finding in primary:
                assert all(plain(telling.opening(release, finding)) in text for text in texts)


def test_what_was_not_found_is_told_with_what_the_interval_still_allows() -> None:
    report = annual_report(year())
    text = plain(Reader(report_html(report).decode()).text)
    unclear = [
        telling.sentence(release, found)
        for release in year().releases
        for found in release.default_findings()
        if found.finding.verdict in ("inconclusive", "equivalent", "non_inferior")
    ]
    assert unclear
    nulls = text[text.rindex("Whatwasnotfound") :]
    assert all(plain(sentence) in nulls for sentence in unclear)


def test_harm_stands_on_the_first_page() -> None:
    from io import BytesIO

    from pypdf import PdfReader

    first = PdfReader(BytesIO(report_pdf(annual_report(year())))).pages[0]
    assert "▼1" in plain(first.extract_text())
    assert plain("Did it harm") not in plain(first.extract_text())
    harmed = next(
        r for r in year().releases if any(f.finding.verdict == "harm" for f in r.default_findings())
    )
    assert plain(harmed.study.title) in plain(first.extract_text())


def test_pilots_to_come_and_pilots_that_cannot_be_read_are_named() -> None:
    text = plain(Reader(report_html(annual_report(year())).decode()).text)
    assert plain("A pilot to come") in text
    assert plain("It cannot be read.") in text


def test_the_same_pilots_on_the_same_day_give_the_same_bytes() -> None:
    assert report_pdf(annual_report(year())) == report_pdf(annual_report(year()))


def test_a_day_that_is_none_is_one_sentence() -> None:
    assert day("2026-12-31") == date(2026, 12, 31)
    with pytest.raises(Fault, match="is not a day"):
        day("31.12.2026")


def pages_of(report: Report) -> list[str]:
    from io import BytesIO

    from pypdf import PdfReader

    return [plain(page.extract_text()) for page in PdfReader(BytesIO(report_pdf(report))).pages]


def test_a_pilot_whose_texts_are_long_still_stands_on_one_page_with_a_smaller_picture() -> None:
    (first, *others) = year().entries
    release = first.pilot.release
    assert release is not None
    long = " ".join(["Some more words on the question that stands at the top."] * 20)
    study = replace(release.study, question=long)
    told = replace(release, study=study)
    grown = replace(first, pilot=replace(first.pilot, release=told, facts=study))
    pages = pages_of(annual_report(Year((grown, *others), TODAY.isoformat())))
    begins = [n for n, page in enumerate(pages) if plain(long) in page]
    ends = [n for n, page in enumerate(pages) if plain(imprint(told).source)[:60] in page and n >= begins[0]]
    assert begins[0] == ends[0]


def test_a_year_holds_the_pilots_that_ran_in_it_and_says_so() -> None:
    facts = StudyFacts(
        "a", "A pilot", "deterrence", "a-company", "individual", (), "2024-11-01", "2026-02-01"
    )
    long, later = Pilot("a", "registered", facts), Pilot("later", "registered", PLANNED)
    release = example_release("honeypot", policy=PUBLIC)
    rebuilt = Pilot(release.study.id, "analysed", release.study, release)
    assert [list(_years(pilot)) for pilot in (long, later)] == [[2024, 2025, 2026], [2027]]
    assert release.study.data_are == "reconstructed"
    declared = [moment[:4] for moment in (release.study.start, release.study.end) if moment]
    analysed = release.provenance.created_at[:4]
    assert {str(number) for number in _years(rebuilt)} == set(declared or [analysed])
    assert year_of([long], year=2024).day == "2024-12-31"
    assert year_of([long], year=2024, day=TODAY).day == TODAY.isoformat()
    text = plain(Reader(report_html(annual_report(year_of([long], year=2024))).decode()).text)
    assert plain("Annual report 2024") in text


def test_a_year_without_a_pilot_is_one_sentence(pilot: SmallPilot) -> None:
    pilot.log("unit,occurred_at,event,arm\na,2026-03-01,assigned,none\nb,2026-03-01,assigned,warning\n")
    with pytest.raises(Fault, match="No pilot ran in 1999"):
        gathered(pilot.store, policy="public", spoken="en", year=1999)
