"""The annual report over all pilots: each finding, harms first, what was not found, and who still waits."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from analysis.about import StudyFacts
from analysis.policy import PUBLIC
from dashboard import telling
from dashboard.language import speaking
from dashboard.portfolio import entry
from dashboard.reports.annual import Year, annual_report
from dashboard.reports.gathering import day
from dashboard.reports.typeset import report_pdf
from dashboard.reports.web import report_html
from dashboard.session import Pilot
from dashboard.slides.said import main_title
from dashboard.spoken import in_language
from experiments.faults import Fault
from tests.dashboard.test_reports import Reader, pdf_text, plain
from tests.support import example_release

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
