"""Presentations as files: every part follows Office Open XML, is reached and typed; charts keep their figures."""

from __future__ import annotations

import io
import posixpath
import re
import shutil
import subprocess
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from pptx import Presentation

from dashboard.chart import available
from dashboard.export import exports, picture
from dashboard.language import speaking
from dashboard.slides.brand import PLAIN, Brand, Logo
from dashboard.slides.deck import deck
from tests.support import example_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CONTENTS = "[Content_Types].xml"


def logo() -> Logo:
    """A logo of one colour."""
    drawn = io.BytesIO()
    Image.new("RGB", (30, 10), "#801650").save(drawn, "png")
    return Logo(drawn.getvalue(), 30, 10)


@cache
def file_of(name: str) -> bytes:
    """A presentation: the deck of an example, plain, in French or with a logo, or one of its charts."""
    release = example_release(name.split("/")[0])
    _, _, kind = name.partition("/")
    if kind == "French":
        with speaking("fr"):
            return deck(release, PLAIN)
    if kind == "logo":
        return deck(release, Brand("A forum", logo=logo()))
    chart = next((each for each in available(release) if each.name == kind), None)
    return exports()["pptx"].make(picture(release, chart)) if chart else deck(release, PLAIN)


FILES = (
    *("honeypot", "blurring", "peer-support", "blurring/French", "honeypot/logo"),
    *(
        f"{name}/{chart.name}"
        for name in ("honeypot", "blurring")
        for chart in available(example_release(name))
    ),
)


@pytest.mark.parametrize("name", FILES)
def test_office_s_own_rules_find_nothing_in_a_presentation(name: str, tmp_path: Path) -> None:
    assert audited(file_of(name), tmp_path) == []


def audited(content: bytes, folder: Path) -> list[tuple[str, str]]:
    """What Office's schemas and rules forbid: the part, and what is wrong with it."""
    from openxml_audit import OpenXmlValidator

    file = folder / "audited.pptx"
    file.write_bytes(content)
    found = OpenXmlValidator(max_errors=0).validate(str(file)).errors
    return [(str(each.part_uri), each.description) for each in found]


def test_a_chart_s_elements_in_another_order_are_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(file_of("honeypot"))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    chart = next(name for name in parts if name.startswith("ppt/charts/chart"))
    [first] = re.findall(rb"<c:autoTitleDeleted[^>]*/>", parts[chart])
    parts[chart] = parts[chart].replace(first, b"").replace(b"</c:chart>", first + b"</c:chart>")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert any(chart in part for part, _ in audited(written.getvalue(), tmp_path))


def packages(content: bytes) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The package and each workbook in it, as parts by name. Raises ValueError where a name stands twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if len(set(package.namelist())) < len(package.namelist()):
            raise ValueError("a part stands twice in a package")
        parts = {name: package.read(name) for name in package.namelist()}
    yield "", parts
    for name, held in parts.items():
        if name.endswith(".xlsx"):
            yield from ((name, inner) for _, inner in packages(held))


def reached(parts: dict[str, bytes], source: str = "") -> set[str]:
    """Every part that relations lead to, from the package itself on; a KeyError where one is not there."""
    folder, name = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    found: set[str] = set()
    waiting = [(source, relations)]
    while waiting:
        source, relations = waiting.pop()
        for target in targets(parts, source, relations):
            if target not in found:
                found.add(target)
                folder, name = posixpath.split(target)
                waiting.append((target, posixpath.join(folder, "_rels", f"{name}.rels")))
    return found


def targets(parts: dict[str, bytes], source: str, relations: str) -> list[str]:
    """The parts that a part's relations lead to; none leads out of the package."""
    if relations not in parts:
        return []
    tree = ElementTree.fromstring(parts[relations])
    if any(each.get("TargetMode") == "External" for each in tree):
        raise ValueError(f"{relations} leads out of the package")
    folder = posixpath.dirname(source)
    return [posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))[1:] for each in tree]


@pytest.mark.parametrize("name", FILES)
def test_every_part_is_reached_typed_and_there(name: str) -> None:
    for _, parts in packages(file_of(name)):
        held = {part for part in parts if part != CONTENTS and "_rels/" not in part}
        assert reached(parts) == held
        types = ElementTree.fromstring(parts[CONTENTS])
        named = {each.get("PartName", "")[1:] for each in types.iter(f"{TYPES}Override")}
        endings = {each.get("Extension", "") for each in types.iter(f"{TYPES}Default")}
        assert named <= held
        assert all(part in named or part.rpartition(".")[2] in endings for part in held)


@pytest.mark.parametrize("name", FILES)
def test_a_chart_shows_what_its_workbook_holds(name: str) -> None:
    charts = charts_of(file_of(name))
    assert bool(charts) is any(
        part.endswith(".xlsx") for _, parts in packages(file_of(name)) for part in parts
    )
    for chart in charts:
        cells = cells_of(chart.part.chart_workbook.xlsx_part.blob)
        shown = list(caches(chart))
        assert shown
        for places, values in shown:
            assert [cells[place] for place in places] == pytest.approx(values)


def charts_of(content: bytes) -> list[Any]:
    """The native charts of a presentation, in order."""

    def parts(shapes: Any) -> Iterator[Any]:
        for shape in shapes:
            yield shape
            if hasattr(shape, "shapes"):
                yield from parts(shape.shapes)

    slides = Presentation(io.BytesIO(content)).slides
    return [
        each.chart for slide in slides for each in parts(slide.shapes) if getattr(each, "has_chart", False)
    ]


def cells_of(workbook: bytes) -> dict[str, str | float]:
    """The cells of a workbook's one sheet, by their place, such as A2."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        strings = ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
        shared = ["".join(text.text or "" for text in item.iter(f"{SHEET}t")) for item in strings]
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    found = {
        cell.get("r", ""): (cell.get("t"), cell.findtext(f"{SHEET}v") or "")
        for cell in sheet.iter(f"{SHEET}c")
    }
    return {
        place: shared[int(value)] if kind == "s" else float(value) for place, (kind, value) in found.items()
    }


def caches(chart: Any) -> Iterator[tuple[list[str], list[str | float]]]:
    """What a chart keeps of its workbook to be drawn at once: the cells' places, and what stood there."""
    for reference in ElementTree.fromstring(chart.part.blob).iter():
        if reference.tag in (f"{CHART}numRef", f"{CHART}strRef"):
            read = float if reference.tag == f"{CHART}numRef" else str
            places = cells_between(reference.findtext(f"{CHART}f") or "")
            yield places, [read(value.text or "") for value in reference.iter(f"{CHART}v")]


def cells_between(formula: str) -> list[str]:
    """The cells of a column that a reference names.

    >>> cells_between("Sheet1!$B$2:$B$4"), cells_between("Sheet1!$A$1")
    (['B2', 'B3', 'B4'], ['A1'])
    """
    first, _, last = formula.partition("!")[2].replace("$", "").partition(":")
    column = first.rstrip("0123456789")
    rows = [int(place.removeprefix(column)) for place in (first, last or first)]
    return [f"{column}{row}" for row in range(rows[0], rows[1] + 1)]


@pytest.mark.parametrize("name", ["blurring", "honeypot/logo", "blurring/forest"])
def test_libreoffice_keeps_every_slide_and_every_figure_of_its_charts(
    name: str, tmp_path: Path, needs: Callable[[str, object], None]
) -> None:
    needs("LibreOffice", shutil.which("soffice"))
    file, again = tmp_path / "made.pptx", tmp_path / "again"
    file.write_bytes(file_of(name))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pptx",
         "--outdir", again, file],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    saved = (again / "made.pptx").read_bytes()
    before, after = (Presentation(io.BytesIO(content)).slides for content in (file_of(name), saved))
    assert [slide.shapes.title.text for slide in after] == [slide.shapes.title.text for slide in before]
    assert [figures_of(chart) for chart in charts_of(saved)] == [
        figures_of(chart) for chart in charts_of(file_of(name))
    ]


def figures_of(chart: Any) -> list[tuple[str, list[float]]]:
    """The series of a chart, each with its name and its values."""
    return [
        (series.name, [float(value) for value in series.values if value is not None])
        for series in chart.plots[0].series
    ]
