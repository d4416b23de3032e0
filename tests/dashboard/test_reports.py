"""The study report as PDF and as HTML: the release's figures, tagged, self-contained, the same bytes again."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from analysis.policy import PUBLIC
from dashboard import telling, words
from dashboard.language import speaking
from dashboard.reports.content import Drawing, Grid, Report, Section, Words, lines, numbered
from dashboard.reports.extensions import EXTENSIONS
from dashboard.reports.items import ITEMS
from dashboard.reports.stated import STATED
from dashboard.reports.study import study_report
from dashboard.reports.typeset import report_pdf
from dashboard.reports.web import report_html
from dashboard.spoken import in_language
from experiments.reporting import STATEMENTS
from tests.support import example_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.disclosure import Release

NAMES = ("honeypot", "blurring", "peer-support")
HOSTILE = '<script>x</script> #panic() *b* $1$ ]] "q" \\u{41} @main ```'


@cache
def told(name: str, spoken: str = "en") -> tuple[Release, Report]:
    found = in_language(example_release(name, policy=PUBLIC), spoken)
    with speaking(spoken):
        return found, study_report(found)


@cache
def pdf(name: str, spoken: str = "en") -> bytes:
    with speaking(spoken):
        return report_pdf(told(name, spoken)[1])


@cache
def html(name: str, spoken: str = "en") -> str:
    with speaking(spoken):
        return report_html(told(name, spoken)[1]).decode()


def plain(text: str) -> str:
    """Text without its kinds of spaces."""
    return re.sub(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{ZERO WIDTH SPACE}]+", "", text)


def pdf_text(content: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


class Reader(HTMLParser):
    """What a page holds: its text, and each tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._silent = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._silent = tag if tag in ("style", "desc") else ""

    def handle_endtag(self, tag: str) -> None:
        self._silent = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data


def figures(release: Release, spoken: str) -> Iterator[str]:
    """Every figure that the release tells of its findings: effects on each scale with their ends, and p-values."""
    with speaking(spoken):
        for finding in release.findings:
            outcome = finding.finding.outcome
            shown = telling.shown_scales(finding) if finding.finding.default else (outcome.scale,)
            for scale in shown:
                effect = finding.finding.estimate.effects[scale.name]
                said = words.effect_text(effect, scale=scale, outcome=outcome)
                yield plain(said[: said.index(")") + 1])
            for arm in finding.arms:
                yield plain(words.count_text(arm.n))


@pytest.mark.parametrize("spoken", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_each_figure_of_the_release_stands_in_the_pdf_and_in_the_html(name: str, spoken: str) -> None:
    release, _ = told(name, spoken)
    wanted = set(figures(release, spoken))
    assert len(wanted) > 3
    for text in (pdf_text(pdf(name, spoken)), plain(Reader(html(name, spoken)).text)):
        assert sorted(figure for figure in wanted if figure not in text) == []


def test_the_published_odds_ratios_stand_in_the_report() -> None:
    # Prichard et al. 2022 print 2.64 and 2.99
    assert "2.64(1.42to4.90)" in pdf_text(pdf("honeypot"))
    assert "2.99(1.65to5.41)" in pdf_text(pdf("honeypot"))


@pytest.mark.parametrize("name", NAMES)
def test_an_effect_whose_arms_are_masked_is_told_on_one_scale_alone(name: str) -> None:
    for finding in told(name)[0].default_findings():
        hidden = any(not arm.figures for arm in finding.arms)
        assert not hidden or len(telling.shown_scales(finding)) == 1


def elements(reader: PdfReader) -> Iterator[Any]:
    """The elements of the structure tree."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop()
        yield element
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            held = kid.get_object() if hasattr(kid, "get_object") else kid
            if isinstance(held, dict) and "/S" in held:
                waiting.append(held)


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_pdf_is_tagged_and_each_picture_is_described(spoken: str) -> None:
    reader = PdfReader(io.BytesIO(pdf("blurring", spoken)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(spoken)
    assert "pdfuaid:part" in root["/Metadata"].get_object().get_data().decode()
    assert reader.outline
    drawn = [
        block for _, section in numbered(told("blurring", spoken)[1].sections) for block in section.blocks
    ]
    described = {d.description for d in drawn if isinstance(d, Drawing)}
    found = {str(each["/Alt"]) for each in elements(reader) if "/Alt" in each}
    assert described
    assert {plain(text) for text in described} <= {plain(text) for text in found}
    kinds = {str(each["/S"]) for each in elements(reader) if "/S" in each}
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure", "/Link", "/L"} <= kinds


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_every_page_says_what_it_rests_on_and_that_data_are_simulated(spoken: str) -> None:
    release, report = told("blurring", spoken)
    pages = PdfReader(io.BytesIO(pdf("blurring", spoken))).pages
    assert release.study.simulated
    notice = plain(report.notice.split(".")[0])
    for page in pages:
        text = plain(page.extract_text())
        assert plain(report.imprint) in text
        assert notice in text
    for part in (release.study.id, release.registration.hash[:10], release.data.hash[:10]):
        assert part in report.imprint
    page = Reader(html("blurring", spoken))
    assert plain(page.text).count(plain(report.notice)) == 2
    about = {held["name"]: held["content"] for tag, held in page.tags if tag == "meta" and "name" in held}
    assert about["watchkeeper-data_hash"] == release.data.hash
    assert about["watchkeeper-policy"] == "public"


@pytest.mark.parametrize("name", NAMES)
def test_the_html_stands_alone_and_can_be_read_aloud(name: str) -> None:
    page = Reader(html(name))
    ids = [held["id"] for _, held in page.tags if "id" in held]
    assert len(ids) == len(set(ids))
    for _, held in page.tags:
        for attribute in ("href", "src", "xlink:href"):
            assert held.get(attribute, "#").startswith("#")
        wanted = held.get("href", "").removeprefix("#").split() + held.get("aria-labelledby", "").split()
        assert set(wanted) <= set(ids)
        assert set(re.findall(r"url\(#([^)]+)\)", " ".join(held.values()))) <= set(ids)
    assert not re.search(r"url\((?!data:|#)", html(name))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    counted = [tag for tag, _ in page.tags]
    assert counted.count("table") == counted.count("caption") > 5
    assert all("scope" in held for tag, held in page.tags if tag == "th")
    assert counted.count("svg") == counted.count("desc") > 2
    assert "script" not in counted


def test_a_picture_takes_the_colours_of_the_page() -> None:
    drawn = re.findall(r"<svg.*?</svg>", html("blurring"), re.DOTALL)
    left = {colour for each in drawn for colour in re.findall(r"rgb\([^)]*\)", each)}
    assert left <= {"rgb(0, 0, 0)"}  # what is not painted at all
    assert all("var(--ink)" in each for each in drawn)


def test_names_that_look_like_markup_are_read_as_they_stand() -> None:
    release = example_release("honeypot", policy=PUBLIC)
    arms = tuple(replace(arm, label=f"{arm.label} {HOSTILE}") for arm in release.study.arms)
    hostile = replace(release, study=replace(release.study, arms=arms, title=HOSTILE, question=HOSTILE))
    report = study_report(hostile)
    page = Reader(report_html(report).decode())
    assert "script" not in [tag for tag, _ in page.tags]
    assert HOSTILE in page.text
    assert plain(HOSTILE) in pdf_text(report_pdf(report))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_release_gives_the_same_bytes(name: str) -> None:
    again = study_report(in_language(example_release(name, policy=PUBLIC), "en"))
    assert report_pdf(again) == pdf(name)
    assert report_html(again).decode() == html(name)


def checklist_of(report: Report) -> Grid:
    section = next(section for section in report.sections if section.anchor == "checklist")
    return next(block for block in section.blocks if isinstance(block, Grid))


def test_the_checklist_has_the_thirty_items_and_points_to_what_is_there() -> None:
    assert sorted({int(re.sub(r"\D", "", item.number)) for item in ITEMS}) == list(range(1, 31))
    assert len(ITEMS) == 42
    for name in NAMES:
        report = told(name)[1]
        anchors = {section.anchor for _, section in numbered(report.sections)} | {"answers"}
        for row in checklist_of(report).rows:
            for line in lines(row[-1]):
                if isinstance(line, Words) and line.to:
                    assert line.to in anchors
                else:
                    assert "Not reported: " in (line.text if isinstance(line, Words) else line)


def test_an_item_is_reported_only_where_the_study_declares_it() -> None:
    release = told("honeypot")[0]
    assert not any(o.role in ("guardrail", "safety") for o in release.plan.outcomes)
    rows = {str(row[1]): row[-1] for row in checklist_of(told("honeypot")[1]).rows}
    assert rows["27"] == Words("Not reported: no guardrail was declared", tone="notice")
    assert "A1" in rows
    watched = {str(row[1]): row[-1] for row in checklist_of(told("blurring")[1]).rows}
    assert [line.to for line in lines(watched["27"]) if isinstance(line, Words)] == ["harm"]


def test_what_a_study_states_stands_in_its_report_and_the_rest_is_named_as_not_stated() -> None:
    release = example_release("blurring", policy=PUBLIC)
    said = {"funding": "A foundation paid.", "blinding": "Those who scored did not know the arm."}
    report = study_report(replace(release, study=replace(release.study, reporting=said)))
    rows = {str(row[1]): row[-1] for row in checklist_of(report).rows}
    for number in ("5a", "20a", "20b"):
        assert [line.to for line in lines(rows[number]) if isinstance(line, Words)] == ["stated"]
    assert rows["5b"] == Words("Not reported: not stated by the study", tone="notice")
    text = plain(Reader(report_html(report).decode()).text)
    assert all(plain(sentence) in text for sentence in said.values())
    assert plain("Not stated by the study: Public registration; Protocol") in text
    bare = {section.anchor for _, section in numbered(told("blurring")[1].sections)}
    assert "stated" not in bare


def test_the_report_has_a_label_for_each_statement_that_a_study_file_takes() -> None:
    assert list(STATED) == list(STATEMENTS)
    assert {item.stated for item in (*ITEMS, *EXTENSIONS) if item.stated} <= set(STATEMENTS)


def test_a_study_that_was_not_randomised_is_told_that_the_guideline_does_not_apply() -> None:
    release = example_release("honeypot", policy=PUBLIC)
    loose = study_report(replace(release, plan=replace(release.plan, randomised=False)))
    text = plain(Reader(report_html(loose).decode()).text)
    assert plain("nothing was assigned at random here: it does not apply") in text
    numbers = {str(row[1]) for row in checklist_of(loose).rows}
    assert not {"17a", "17b", "18", "19", "A1"} & numbers
    assert {"20a", "30"} <= numbers


def test_changes_of_the_plan_are_told_with_their_reason() -> None:
    release = example_release("honeypot", policy=PUBLIC)
    change = {"date": "2026-09-20T08:00:00Z", "reason": "A second window", "from": "a" * 64, "to": "b" * 64}
    changed = replace(release, registration=replace(release.registration, amendments=(change,)))
    text = pdf_text(report_pdf(study_report(changed)))
    assert plain("20 Sep 2026A second window") in text
    assert plain("The plan was not changed") not in text


def test_numbers_of_sections_are_those_of_their_places() -> None:
    part = Section("b", "B", ())
    held = list(numbered((Section("a", "A", (), (part,)), Section("c", "C", ()))))
    assert [(number, section.anchor) for number, section in held] == [("1", "a"), ("1.1", "b"), ("2", "c")]
