"""An organisation's logo: a PNG, JPEG or SVG file, drawn anew so that nothing hidden in it comes along."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from dashboard.slides.brand import Logo
from experiments.faults import Fault

LARGEST_FILE = 2_000_000  # bytes
LARGEST_SIDE = 4_000  # pixels
KEPT_SIDE = 1_200  # pixels; a larger picture is made smaller
EXPECTED = "a PNG, JPEG or SVG picture of at most 2 MB and 4,000 pixels a side"


def read_logo(path: Path) -> Logo:
    """The picture at `path` as PNG. Raises Fault where it is none, or too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Fault(f"The logo {path} cannot be read: {error.strerror}.", expected=EXPECTED) from error
    if len(content) > LARGEST_FILE:
        raise Fault(f"The logo {path.name} is too large.", expected=EXPECTED)
    return _drawn(_from_svg(content, path) if path.suffix.lower() == ".svg" else content, path)


def _drawn(content: bytes, path: Path) -> Logo:
    """The picture's dots alone, without what else its file says."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if max(opened.size) > LARGEST_SIDE or min(opened.size) < 1:
                raise Fault(f"The logo {path.name} is too large.", expected=EXPECTED)
            dots = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Fault(f"The logo {path.name} is not a picture.", expected=EXPECTED) from error
    dots.thumbnail((KEPT_SIDE, KEPT_SIDE))
    bare = Image.new("RGBA", dots.size)
    bare.paste(dots)
    written = io.BytesIO()
    bare.save(written, "PNG")
    return Logo(written.getvalue(), *bare.size)


def _from_svg(content: bytes, path: Path) -> bytes:
    """The drawing as PNG, by the same machine that draws the charts; it reads no other file and no address."""
    import typst

    if re.search(rb"<!DOCTYPE|<!ENTITY|href\s*=\s*[\"'](?!#)", content):
        raise Fault(f"The logo {path.name} refers to something outside it.", expected="a drawing by itself")
    page = (
        '#set page(width: auto, height: auto, margin: 0pt, fill: none)\n#image("logo.svg", height: 120pt)\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "logo.svg").write_bytes(content)
        source = Path(folder, "page.typ")
        source.write_text(page, encoding="utf-8")
        try:
            drawn = typst.Compiler(root=folder, ignore_system_fonts=True).compile(
                source, format="png", ppi=300
            )
        except typst.TypstError as error:
            raise Fault(f"The logo {path.name} is not a picture.", expected=EXPECTED) from error
    if not isinstance(drawn, bytes):
        raise Fault(f"The logo {path.name} is not a picture.", expected=EXPECTED)
    return drawn
