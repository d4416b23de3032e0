"""Slides hold what the release holds, and nothing else: in their charts, workbooks, words and notes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from analysis.policy import INTERNAL, PUBLIC, Count, Policy
from dashboard.chart import View, available, charts
from dashboard.drawing.canvas import Axis
from dashboard.drawing.plane import plane
from dashboard.drawing.typography import text_width
from dashboard.export import exports, picture
from dashboard.language import speaking
from dashboard.slides.arm_intervals import arm_interval, caption_of
from dashboard.slides.bars import bars_of
from dashboard.slides.brand import PLAIN, Brand
from dashboard.slides.deck import deck
from dashboard.slides.layouts import Box
from dashboard.slides.sheet import put
from dashboard.slides.text import clean, fit, height_of, neutral
from tests.support import example_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas

EXAMPLES = ("honeypot", "blurring", "peer-support")
LANGUAGES = ("en", "fr")
POINT = 12_700
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA = "=cmd|' /C calc'!A0"


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def parts(shapes: Any) -> Iterator[Any]:
    """Every shape, those of groups too."""
    for shape in shapes:
        yield shape
        if shape.shape_type is not None and hasattr(shape, "shapes"):
            yield from parts(shape.shapes)


def words_of(slide: Any) -> str:
    """All that is written on a slide, lines joined by spaces, no-break spaces plain."""
    texts = [shape.text_frame.text for shape in parts(slide.shapes) if shape.has_text_frame]
    tables = [shape.table for shape in parts(slide.shapes) if getattr(shape, "has_table", False)]
    texts += [cell.text for table in tables for row in table.rows for cell in row.cells]
    return plain(" ".join(texts))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def frames(presentation: Any) -> list[Any]:
    return [s for slide in presentation.slides for s in parts(slide.shapes) if getattr(s, "has_chart", False)]


def workbook(chart: Any) -> list[str | float]:
    """Every cell of a chart's workbook."""
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as archive:
        strings = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        shared = ["".join(t.text or "" for t in item.iter(f"{SHEET}t")) for item in strings]
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    if list(sheet.iter(f"{SHEET}f")):
        raise ValueError("a workbook of a slide holds a formula")
    cells = [(cell.get("t"), cell.findtext(f"{SHEET}v")) for cell in sheet.iter(f"{SHEET}c")]
    return [shared[int(value or 0)] if kind == "s" else float(value or 0) for kind, value in cells]


@cache
def made_of(name: str, spoken: str = "en", policy: Policy = INTERNAL, *, bad: bool = False) -> Any:
    """The opened deck of an example; of one with hostile labels if `bad`."""
    release = example_release(name, policy=policy)
    with speaking(spoken):
        return opened(deck(hostile(release), Brand("Ω" * 80)) if bad else deck(release, PLAIN))


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_deck_says_every_planned_finding_with_the_words_of_the_page(name: str, spoken: str) -> None:
    from dashboard import telling

    release = example_release(name)
    made = made_of(name, spoken)
    notes = plain(" ".join(slide.notes_slide.notes_text_frame.text for slide in made.slides))
    with speaking(spoken):
        said = [plain(telling.sentence(release, found)) for found in release.default_findings()]
        scales = [plain(telling.other_scales(found)) for found in release.default_findings()]
    assert [text for text in (*said, *scales) if text not in notes] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_planned_estimate_and_interval_stands_on_a_slide_and_in_a_workbook(name: str) -> None:
    release = example_release(name)
    made = made_of(name)
    held = {value for frame in frames(made) for value in workbook(frame.chart) if isinstance(value, float)}
    written = " ".join(words_of(slide) for slide in made.slides)
    rows = charts()["forest"].table(release)
    for row in rows:
        figures = [row[key] for key in ("estimate", "low", "high") if row[key] is not None]
        for figure in figures:
            assert any(value == pytest.approx(figure, rel=1e-6, abs=1e-9) for value in held), (row, figure)
            assert f"{abs(float(figure)):,.2f}".rstrip("0").rstrip(".") in written.replace("−", ""), figure


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_workbook_holds_released_figures_and_places_on_the_paper_alone(name: str) -> None:
    release = example_release(name, policy=PUBLIC)
    known = released_figures(release)
    for frame in frames(made_of(name, policy=PUBLIC)):
        chart = frame.chart
        points = [x for series in chart.plots[0].series for x in abscissas(series)]
        foreign = [x for x in points if not any(x == pytest.approx(v, rel=6e-4, abs=1e-9) for v in known)]
        ends = ends_of(chart)
        assert [x for x in foreign if x not in ends] == []


def abscissas(series: Any) -> list[float]:
    """What a series shows: the places across of a scatter, the lengths of bars."""
    across = series._element.xpath(".//c:xVal//c:v")
    return [float(node.text) for node in across] if across else [float(v) for v in series.values]


def ends_of(chart: Any) -> list[float]:
    """The ends of a scatter's axis, where an open interval is drawn to."""
    axis = chart.category_axis
    found = [getattr(axis, name, None) for name in ("minimum_scale", "maximum_scale")]
    return [float(f"{end:.4g}") for end in found if end is not None]


def released_figures(release: Release) -> list[float]:
    """Every figure of the tables that pages show, no effect, margins, and the arms' own figures as told."""
    from analysis.verdict import bounds
    from dashboard.words.figures import factor_and_unit

    known: list[float] = []
    for found in release.findings:
        effect, outcome = found.effect, found.finding.outcome
        factor, _ = factor_and_unit(outcome.scale, outcome)
        at = bounds(outcome)
        scaled = [v for v in (effect.estimate, effect.low, effect.high, at.worse) if v is not None]
        known += [factor * value for value in scaled] + [at.null]
        known += [factor * at.null]
        for arm in found.arms:
            known += [*arm.figures.values(), *(100 * value for value in arm.figures.values())]
    for chart in available(release):
        for row in chart.table(release):
            known += [float(value) for value in row.values() if isinstance(value, int | float)]
    known += [float(n) for n in range(200)]  # periods and days of a design's picture
    return known


def test_masked_arms_have_no_bars() -> None:
    release = example_release("peer-support")
    hidden = [f for f in release.default_findings() if f.finding.outcome.name == "resigned"]
    assert bars_of(release, hidden) == ()
    shown = [f for f in release.default_findings() if f.finding.outcome.name == "burnout"]
    assert [(bar.label, bar.value) for bar in bars_of(release, shown)] == [
        ("Usual support", 48.3),
        ("Peer support", 45.0),
    ]


def test_bars_begin_at_zero_and_show_the_published_shares() -> None:
    # 27 of 100, 40 of 81 and 52 of 99 (Prichard et al. 2022)
    release = example_release("honeypot")
    bars = bars_of(release, release.default_findings())
    assert [bar.value for bar in bars] == [27.0, 49.4, 52.5]
    chart = next(
        frame.chart
        for frame in frames(made_of("honeypot"))
        if frame.chart.plots[0].series[0].values[0] == 27.0
    )
    assert chart.value_axis.minimum_scale == 0


def test_each_arms_interval_is_wilsons_or_students_and_is_drawn_over_its_bar() -> None:
    # (27 + 1.9207 ∓ 1.96 √(27 × 73 / 100 + 0.9604)) / 103.8415 is 0.1927 to 0.3643 (Wilson 1927)
    release = example_release("honeypot")
    control = bars_of(release, release.default_findings())[0]
    assert control.ends == (19.3, 36.4)
    # 41.2 ∓ 1.97623 × 11 / √148, with Student's quantile for 147 degrees of freedom
    means = example_release("blurring")
    finding = next(f for f in means.default_findings() if f.finding.outcome.name == "distress")
    ends = arm_interval(means, finding.arms[0], finding.finding.outcome)
    assert ends == pytest.approx((39.4131, 42.9869), abs=1e-4)
    slide = next(slide for slide in made_of("honeypot").slides if "interval of each arm" in written(slide))
    lines = [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.LINE and not shape.height]
    bars = bars_of(release, release.default_findings())
    points = [
        (shape.width, bar.ends[1] - bar.ends[0]) for shape, bar in zip(lines, bars, strict=False) if bar.ends
    ]
    scale = points[0][0] / points[0][1]
    assert [width / scale for width, _ in points] == pytest.approx([length for _, length in points], rel=1e-3)


def test_an_arm_has_no_interval_where_people_are_alike_or_its_count_is_told_only_roughly() -> None:
    teams = example_release("peer-support")
    bars = bars_of(teams, [f for f in teams.default_findings() if f.finding.outcome.name == "burnout"])
    assert [bar.ends for bar in bars] == [None, None]
    assert "not independent of each other" in caption_of(teams, drawn=False)
    release = example_release("honeypot")
    finding = release.default_findings()[0]
    rough = replace(finding.arms[0], n=Count(95, "95", "rounded"))
    assert arm_interval(release, rough, finding.finding.outcome) is None
    assert "not enough for one" in caption_of(release, drawn=False)


def written(slide: Any) -> str:
    return " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_has_words_for_those_who_cannot_see_it(name: str, spoken: str) -> None:
    made = made_of(name, spoken)
    for slide in made.slides:
        for shape in slide.shapes:
            properties = shape._element.xpath(".//p:cNvPr")[0]
            if not shape.has_text_frame:
                assert properties.get("descr"), (slide.shapes.title.text, shape.name)
    assert all(frame._element.xpath(".//p:cNvPr")[0].get("descr") for frame in frames(made))


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_slide_has_a_title_a_source_a_number_and_notes(name: str, spoken: str) -> None:
    release = example_release(name)
    made = made_of(name, spoken)
    assert (made.slide_width, made.slide_height) == (960 * POINT, 540 * POINT)
    for slide in made.slides:
        assert slide.shapes.title.text
        written = words_of(slide)
        for needed in (release.study.id, release.registration.hash[:10], release.data.hash[:10]):
            assert needed in written
        assert any(shape.is_placeholder and "sldNum" in shape._element.xml for shape in slide.shapes)
        assert release.study.id in slide.notes_slide.notes_text_frame.text
        assert all(
            shape.text_frame.text for shape in slide.placeholders if "sldNum" not in shape._element.xml
        )


def test_simulated_data_and_internal_figures_say_so_on_every_slide() -> None:
    for slide in made_of("blurring").slides:
        assert "Simulated data." in words_of(slide)
        assert "not for publication" in words_of(slide)
    for slide in made_of("blurring", "fr", PUBLIC).slides:
        assert "Données simulées" in words_of(slide)
        assert "publier." not in words_of(slide).replace("publié", "")


def shifted(shape: Any) -> tuple[float, float, float, float]:
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_stands_outside_a_slide_and_no_text_outgrows_its_box(name: str, spoken: str) -> None:
    made = made_of(name, spoken, bad=True)
    for slide in made.slides:
        for shape in parts(slide.shapes):
            left, top, right, bottom = shifted(shape)
            room = 14 * POINT  # a chart's frame is larger than its plot
            assert left >= -room
            assert top >= -room
            assert right <= made.slide_width + room
            assert bottom <= made.slide_height + room
            if shape.has_text_frame:
                assert overflow(shape) <= 0, shape.text_frame.text


def overflow(shape: Any) -> float:
    """How many points a box's text is higher, or where it is not wrapped wider, than the box."""
    frame = shape.text_frame
    runs = [run for paragraph in frame.paragraphs for run in paragraph.runs if run.font.size]
    if not runs:
        return 0.0
    size, bold = runs[0].font.size.pt, bool(runs[0].font.bold)
    width, height = shape.width / POINT, shape.height / POINT
    texts = [paragraph.text for paragraph in frame.paragraphs]
    if frame.word_wrap is False:
        lines = [line for text in texts for line in text.split("\v")]
        return max(text_width(line, size, bold=bold) for line in lines) - width
    if shape.is_placeholder:
        bold = shape.placeholder_format.type in (1, 3) or bold
    return height_of(texts, width, size, bold=bold) - height - 1


def hostile(release: Release) -> Release:
    """The same with labels that try to break out: formulas, control characters, right to left, very long."""
    labels = iter((FORMULA, "تحذير للمستخدمين", "x\x07\x0by", "A very long label " * 12))
    arms = tuple(replace(arm, label=next(labels)) for arm in release.study.arms)
    study = replace(
        release.study, arms=arms, title="{title} " * 30, question="Why? " * 60, limits=("A limit. " * 30,) * 9
    )
    return replace(release, study=study)


@pytest.mark.parametrize("name", EXAMPLES)
def test_hostile_labels_survive_as_text(name: str) -> None:
    made = made_of(name, bad=True)
    held = [value for frame in frames(made) for value in workbook(frame.chart) if isinstance(value, str)]
    assert not [value for value in held if value.startswith(("=", "+", "-", "@"))]
    written = " ".join(words_of(slide) for slide in made.slides)
    assert FORMULA.split("|")[0] in written
    assert "\x07" not in written
    assert "تحذير" in written
    assert 'rtl="1"' in "".join(slide._element.xml for slide in made.slides)


def test_the_same_release_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    release = example_release("blurring")
    first = deck(release, PLAIN)
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert deck(release, PLAIN) == first
    chart = picture(release, charts()["forest"])
    assert exports()["pptx"].make(chart) == exports()["pptx"].make(chart)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_chart_becomes_a_slide_of_native_parts(name: str) -> None:
    release = example_release(name)
    for chart in available(release):
        made = opened(exports()["pptx"].make(picture(release, chart)))
        assert not [s for slide in made.slides for s in parts(slide.shapes) if s.shape_type == 13]
        assert plain(made.slides[0].shapes.title.text) == plain(chart.headline(View(release)))
        said = [
            g._element.xpath(".//p:cNvPr")[0].get("descr") for g in made.slides[0].shapes if g.shape_type == 6
        ]
        assert said
        assert all(said)


def test_a_forest_of_many_rows_is_parted_and_loses_none() -> None:
    release = example_release("blurring")
    made = opened(exports()["pptx"].make(picture(release, charts()["forest"])))
    assert len(made.slides) > 1
    written = " ".join(words_of(slide) for slide in made.slides)
    for row in charts()["forest"].table(release):
        assert str(row["outcome"]) in written


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_libreoffice_shows_the_same_titles_and_figures(
    tmp_path: Path, spoken: str, needs: Callable[[str, object], None]
) -> None:
    from pypdf import PdfReader

    needs("LibreOffice", shutil.which("soffice"))
    made = made_of("blurring", spoken, PUBLIC)
    file = tmp_path / "deck.pptx"
    made.save(file)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", tmp_path, file],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = [plain(page.extract_text()).replace(" ", "") for page in PdfReader(tmp_path / "deck.pdf").pages]
    assert len(pages) == len(made.slides)
    for page, slide in zip(pages, made.slides, strict=True):
        assert plain(slide.shapes.title.text).replace(" ", "") in page
        figures = re.findall(r"−?\d+[.,]\d+ \(−?\d+[.,]\d+", words_of(slide))
        assert [figure for figure in figures if figure.replace(" ", "") not in page] == []


def test_text_that_fits_at_no_size_is_cut_and_says_so() -> None:
    fitted = fit(["word " * 400], 100, 40, largest=20, smallest=10)
    assert fitted.paragraphs[0].endswith("…")
    assert fitted.height <= 40
    assert fitted.size == 10


def test_text_keeps_what_a_file_can_hold() -> None:
    assert clean("a\ud800b\x00c\ufffe\nd") == "abc d"
    assert neutral("\t=1+1") == " =1+1"
    assert neutral("=1+1") == "'=1+1"


@pytest.mark.parametrize("ratio", [False, True])
def test_a_plane_s_chart_holds_the_values_that_its_pixels_stand_for(ratio: bool) -> None:
    points = [(1.0, 0.125), (2.0, 4.2), (3.0, None), (4.0, 2.5)]

    def draw(canvas: Canvas) -> float:
        across = Axis(0.5, 4.5, (1.0,), ("1",))
        values = [value for _, value in points if value is not None]
        drawn = plane(canvas, across, values, top=10, height=200, gutter=40, ratio=ratio)
        drawn.draw(points, mode="lines", line={"color": "#12436D", "width": 2}, name="Observed")
        return 240

    slide = Presentation().slides.add_slide(Presentation().slide_layouts[6])
    put(slide, draw, Box(0, 0, 600, 300), name="x", description="y")
    (frame,) = [shape for shape in parts(slide.shapes) if getattr(shape, "has_chart", False)]
    series = frame.chart.plots[0].series
    assert [(abscissas(each), list(each.values)) for each in series] == [
        ([1.0, 2.0], [0.125, 4.2]),
        ([4.0], [2.5]),
    ]
    assert [each.name for each in series] == ["Observed", "Observed"]
