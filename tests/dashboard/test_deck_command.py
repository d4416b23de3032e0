"""`watchkeeper deck` and the theme file: what is taken, and each fault in one clear sentence."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pptx import Presentation

from dashboard.cli import main
from dashboard.slides.brand import Brand, contrast, read_brand
from dashboard.slides.deck import deck
from experiments.faults import Fault
from tests.support import example_release

if TYPE_CHECKING:
    from pathlib import Path


def theme(folder: Path, text: str) -> Path:
    file = folder / "theme.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def logo(folder: Path, name: str = "logo.png", size: tuple[int, int] = (300, 100)) -> None:
    Image.new("RGB", size, "#801650").save(folder / name)


def test_a_theme_names_an_organisation_its_logo_and_its_colours(tmp_path: Path) -> None:
    logo(tmp_path)
    text = 'organisation: A forum\nlogo: logo.png\ncolours:\n  accent: "#801650"\n  mark: "#c0407f"\n'
    brand = read_brand(theme(tmp_path, text))
    assert (brand.organisation, brand.accent, brand.mark) == ("A forum", "#801650", "#C0407F")
    made = Presentation(io.BytesIO(deck(example_release("honeypot"), brand)))
    for layout in made.slide_layouts:
        (picture,) = [shape for shape in layout.shapes if shape.shape_type == 13]
        assert picture.width / picture.height == pytest.approx(3, rel=0.01)
        assert picture.left + picture.width <= made.slide_width
    assert made.core_properties.author == "A forum"
    assert "A forum" in made.slides[0].placeholders[14].text_frame.text


def drawing(inside: str = "") -> str:
    ground = '<rect width="200" height="50" fill="#801650"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50">{ground}{inside}</svg>'


def test_a_logo_drawn_in_svg_becomes_dots(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(drawing())
    brand = read_brand(theme(tmp_path, "logo: logo.svg"))
    if brand.logo is None:
        raise ValueError("the logo is lost")
    assert brand.logo.width / brand.logo.height == pytest.approx(4, rel=0.02)
    with Image.open(io.BytesIO(brand.logo.png)) as drawn:
        assert drawn.getpixel((30, 30))[:3] == (0x80, 0x16, 0x50)


@pytest.mark.parametrize("target", ["secret.png", "http://example.org/x.png", "data:image/png;base64,AA=="])
def test_a_logo_that_refers_to_something_else_is_refused(tmp_path: Path, target: str) -> None:
    logo(tmp_path, "secret.png")
    (tmp_path / "logo.svg").write_text(drawing(f'<image href="{target}" width="9" height="9"/>'))
    with pytest.raises(Fault, match="refers to something outside it"):
        read_brand(theme(tmp_path, "logo: logo.svg"))


def test_what_hides_in_a_logo_does_not_come_along(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    hidden = PngInfo()
    hidden.add_text("Comment", "a secret")
    Image.new("RGB", (30, 10)).save(tmp_path / "logo.png", pnginfo=hidden)
    brand = read_brand(theme(tmp_path, "logo: logo.png"))
    if brand.logo is None:
        raise ValueError("the logo is lost")
    assert b"a secret" in (tmp_path / "logo.png").read_bytes()
    assert b"a secret" not in brand.logo.png


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'colours:\n  accent: "#7799CC"',
            "a contrast of 2.9:1 on white. Expected: at least 4.5:1, because text",
        ),
        ('colours:\n  mark: "#FFD700"', "Expected: at least 3:1, because marks"),
        ("colours:\n  accent: blue", "is not one. Expected: six digits"),
        ("colours: blue", "no mapping"),
        ("color: x", "unknown key, 'color'. Expected: organisation, logo, colours"),
        ("organisation: [a]", "not a name"),
        ("logo: nowhere.png", "cannot be read"),
        ("logo: theme.yaml", "not a picture"),
        ("- a", "no theme"),
        ("a: [", "not YAML"),
        ("organisation: &a b", "no theme"),
    ],
)
def test_a_theme_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Fault) as fault:
        read_brand(theme(tmp_path, text))
    assert says in str(fault.value)


def test_a_theme_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="cannot be read"):
        read_brand(tmp_path / "none.yaml")


def test_a_logo_that_is_too_large_is_refused(tmp_path: Path) -> None:
    logo(tmp_path, size=(4_001, 1))
    with pytest.raises(Fault, match="too large"):
        read_brand(theme(tmp_path, "logo: logo.png"))


def test_contrast_is_that_of_the_guidelines() -> None:
    # WCAG 2.2: 21:1 for black on white; #767676 is the well-known lightest grey that passes 4.5:1
    assert contrast("#000000") == 21
    assert contrast("#767676") >= 4.5 > contrast("#777777")
    assert Brand().accent == "#12436D"
    assert contrast(Brand().accent) >= 4.5
    assert contrast(Brand().mark) >= 3


def test_a_deck_is_a_pptx_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["deck", "any", "--out", str(tmp_path / "talk.pdf"), "--store", str(tmp_path / "store")]
    assert main(words) == 1
    assert capsys.readouterr().err == "talk.pdf is not a PPTX file. Expected: a name that ends in .pptx.\n"


def test_a_theme_s_fault_is_told_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = theme(tmp_path, "color: x")
    words = ["deck", "any", "--out", str(tmp_path / "talk.pptx"), "--theme", str(file)]
    assert main([*words, "--store", str(tmp_path / "store")]) == 1
    assert "unknown key, 'color'" in capsys.readouterr().err
    assert not (tmp_path / "talk.pptx").exists()
