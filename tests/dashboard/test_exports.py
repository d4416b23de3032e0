"""Exports: the same picture in every format, with and without a browser, whole or not at all."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from analysis.disclosure import release
from dashboard.chart import available, charts
from dashboard.export import ChartPicture, exports, picture, write_whole
from dashboard.theme import FONT_FILES, FONTS
from experiments.faults import Fault
from tests.support import EXAMPLES, example_release, honeypot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PIL.Image import Image

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def forest() -> ChartPicture:
    return picture(example_release("blurring"), charts()["forest"])


def opened(png: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(png))


def words_of(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_a_png_has_300_dots_an_inch_at_its_printed_size(forest: ChartPicture) -> None:
    image = opened(exports()["png"].make(forest))
    assert image.size[0] == 960 * 300 / 96
    assert image.size[1] == pytest.approx(forest.paper.height * 300 / 96, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_title_is_written_in_the_png(mode: str) -> None:
    drawn = picture(
        example_release("honeypot"), charts()["forest"], mode="dark" if mode == "dark" else "light"
    )
    image = opened(exports()["png"].make(drawn)).convert("L")
    title = image.crop((75, 75, 1500, 140))
    darkest, lightest = title.getextrema()
    assert lightest - darkest > 180
    ink = sum(title.histogram()[:90]) if mode == "light" else sum(title.histogram()[170:])
    assert 0.05 < ink / (title.width * title.height) < 0.5


def test_a_png_is_of_one_colour_at_its_edges(forest: ChartPicture) -> None:
    image = opened(exports()["png"].make(forest)).convert("RGB")
    wide, high = image.size
    corners = {image.getpixel(at) for at in ((0, 0), (wide - 1, 0), (0, high - 1), (wide - 1, high - 1))}
    assert corners == {(255, 255, 255)}


def test_an_svg_has_a_title_a_description_and_its_font_and_asks_nothing_of_the_internet(
    forest: ChartPicture,
) -> None:
    root = ElementTree.fromstring(exports()["svg"].make(forest))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == forest.title
    assert root.findtext(f"{SVG}desc") == forest.description
    assert forest.svg.count("@font-face") == 2
    addresses = [word for word in forest.svg.split('"') if word.startswith(("http:", "https:"))]
    assert set(addresses) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


WRITTEN = {  # by chart: what of a row of its table is text in its picture
    "design": ("arm", "share", "given"),
    "flow": ("step", "all"),
    "forest": ("treatment_figure", "control_figure", "verdict"),
    "guardrails": ("outcome", "treatment", "margin"),
    "sensitivity": ("method", "treatment_figure", "control_figure"),
}


@pytest.mark.parametrize("study", sorted(EXAMPLES))
def test_every_word_of_the_figure_is_in_the_svg(study: str) -> None:
    shown = example_release(study)
    for chart in available(shown):
        drawn = picture(shown, chart)
        written = "".join("".join(words_of(drawn.svg)).split())  # lines are wrapped at spaces
        assert ("Simulateddata." in written) == shown.study.simulated
        for row in drawn.rows:
            if row.get("margin") == "":
                assert "nomarginwasset,sothatitisnotdrawn" in written
            figures = [row[name] for name in WRITTEN[chart.name]]
            if chart.name == "guardrails" and len(shown.plan.contrasts) == 1:
                figures.remove(row["treatment"])
            assert [figure for figure in figures if "".join(str(figure).split()) not in written] == []


def test_words_of_a_study_file_reach_the_svg_as_text() -> None:
    found = honeypot()
    assert found.study
    nasty = "<i>5 < 6</i> & $x^2$"
    arms = tuple(replace(arm, label=nasty) if arm.name == "illegality" else arm for arm in found.study.arms)
    shown = release(replace(found, study=replace(found.study, arms=arms)))
    drawn = picture(shown, charts()["flow"])
    assert nasty in " ".join(words_of(drawn.svg))
    assert exports()["pdf"].make(drawn).startswith(b"%PDF")


def test_a_pdf_can_be_searched_and_carries_its_fonts_and_title(forest: ChartPicture) -> None:
    import pypdf

    document = pypdf.PdfReader(io.BytesIO(exports()["pdf"].make(forest)))
    page = document.pages[0]
    assert len(document.pages) == 1
    assert document.metadata
    assert document.metadata.title == forest.title
    assert forest.title.split(" (")[0] in page.extract_text()
    assert "Simulated data." in page.extract_text()
    assert float(page.mediabox.width) == 720
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].split("+")[1].split("-Identity")[0] for font in fonts} == {
        "Inter-Regular",
        "Inter-Bold",
    }
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all("/FontFile3" in descriptor or "/FontFile2" in descriptor for descriptor in descriptors)


def test_a_csv_holds_the_numbers_as_drawn_with_study_and_versions(forest: ChartPicture) -> None:
    rows = list(csv.DictReader(io.StringIO(exports()["csv"].make(forest).decode())))
    assert len(rows) == 10
    accuracy = next(r for r in rows if r["outcome"].startswith("Decisions") and r["treatment"] == "Greyscale")
    assert (accuracy["estimate"], accuracy["low"], accuracy["high"]) == ("-0.41", "-1.47", "0.65")
    assert accuracy["unit"] == "percentage points"
    assert {row["data_are"] for row in rows} == {"simulated"}
    assert all(len(row["plan_hash"]) == len(row["data_hash"]) == 64 for row in rows)
    masked = [row["control_figure"] for row in rows if row["outcome"] == "Asked for support"]
    assert masked == ["not shown"] * 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_of_a_csv_is_never_a_formula(forest: ChartPicture, start: str) -> None:
    rows = ({"outcome": f"{start}cmd|' /C calc'!A0", "estimate": -1.5},)
    written = exports()["csv"].make(replace(forest, rows=rows, facts={})).decode()
    cells = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert cells == [f"'{start}cmd|' /C calc'!A0", "-1.5"]


@pytest.mark.parametrize("name", sorted(exports()))
def test_the_same_release_gives_the_same_bytes(name: str) -> None:
    shown = example_release("honeypot")
    once, again = (exports()[name].make(picture(shown, charts()["forest"])) for _ in range(2))
    assert once == again


@pytest.fixture(scope="module")
def browser_stopped() -> Iterator[None]:
    """Stops the drawing browser after the tests that used it, so that its folder is not left behind."""
    yield
    import kaleido

    kaleido.stop_sync_server(silence_warnings=True)


@pytest.mark.usefixtures("browser_stopped")
@pytest.mark.parametrize(("study", "chart"), [("blurring", "forest"), ("peer-support", "flow")])
def test_a_browser_draws_the_same_picture(
    study: str, chart: str, needs: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import ImageChops

    needs("a Chrome or Chromium", shutil.which("chromium") or shutil.which("google-chrome"))
    shown = example_release(study)
    embedded = picture(shown, charts()[chart])
    own = exports()["png"].make(embedded)
    monkeypatch.setenv("WATCHKEEPER_BROWSER", "use")
    by_browser = picture(shown, charts()[chart])
    theirs = exports()["png"].make(by_browser)
    assert sorted(words_of(by_browser.svg)) == sorted(words_of(embedded.svg))
    whole = [opened(png).convert("L") for png in (own, theirs)]
    small = [each.resize((320, 320 * each.height // each.width)) for each in whole]
    histogram = ImageChops.difference(*small).histogram()
    # Text may stand a pixel higher or lower: no region may differ much, and few a little.
    assert sum(level * count for level, count in enumerate(histogram)) / sum(histogram) < 2.0
    assert sum(histogram[128:]) / sum(histogram) < 0.001


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "chart.svg"
    out.write_bytes(b"old")
    write_whole(b"new", out)
    assert out.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [out]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "chart.svg"
    out.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(Fault, match="No space left on device"):
        write_whole(b"new", out)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_missing_folder_and_a_folder_as_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="does not exist"):
        write_whole(b"", tmp_path / "nowhere" / "chart.png")
    with pytest.raises(Fault, match="is a folder"):
        write_whole(b"", tmp_path)


def test_the_bundled_fonts_come_with_their_licence() -> None:
    assert all(file.is_file() for file in FONT_FILES.values())
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "label", ["\N{GRINNING FACE} é ß", "<b>&</b> %{x} $y$", "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 3]
)
def test_no_label_stops_an_export(label: str) -> None:
    found = honeypot()
    assert found.study
    arms = tuple(replace(arm, label=f"{arm.label} {label}") for arm in found.study.arms)
    shown = release(replace(found, study=replace(found.study, arms=arms)))
    drawn = picture(shown, charts()["flow"], width=600)
    for name, start in (("pdf", b"%PDF"), ("png", b"\x89PNG"), ("svg", b"<svg")):
        assert exports()[name].make(drawn).startswith(start)
    assert label.split()[0] in " ".join(words_of(drawn.svg)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("study", sorted(EXAMPLES))
def test_a_table_says_in_every_row_what_kind_of_data_it_holds(study: str) -> None:
    shown = example_release(study)
    content = exports()["csv"].make(picture(shown, charts()["forest"])).decode()
    for row in csv.DictReader(io.StringIO(content)):
        assert row["notice"].startswith(shown.study.data_are.capitalize() + " data.")
