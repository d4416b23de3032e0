"""An organisation's name, logo and colours on slides: from a small theme file, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 16_384  # bytes
WRITTEN_IN, DRAWN_IN = 4.5, 3.0  # contrast on white: of text (WCAG 2.2, 1.4.3) and of marks (1.4.11)
LONGEST_NAME = 80
KEYS = ("organisation", "logo", "colours")
COLOURS = {"accent": ("text", WRITTEN_IN), "mark": ("marks", DRAWN_IN)}
EXAMPLE = "a theme file with organisation, logo and colours (accent and mark)"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as PNG, with its size in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Brand:
    """How a presentation looks: `accent` for headings and grounds, `mark` for what is drawn, both as #RRGGBB."""

    organisation: str = ""
    accent: str = "#12436D"
    mark: str = "#18766D"
    logo: Logo | None = None


PLAIN = Brand()


def read_brand(path: Path) -> Brand:
    """The theme file at `path`. Raises Fault, in one sentence, for one that cannot be used."""
    from experiments.tree import NotYaml
    from experiments.yaml_tree import read_tree

    try:
        tree = read_tree(_text(path))
    except NotYaml as problem:
        raise Fault(
            f"{path.name} is not YAML.", expected=EXAMPLE, do="Write `key: value` lines."
        ) from problem
    if tree.problems or not isinstance(tree.value, dict):
        raise Fault(f"{path.name} is no theme.", expected=EXAMPLE, do="Write plain `key: value` lines.")
    _known(tree.value, KEYS, path)
    colours = tree.value.get("colours") or {}
    if not isinstance(colours, dict):
        raise Fault(
            f"{path.name}: `colours` is no mapping.", expected="accent and mark", do="Indent them below it."
        )
    _known(colours, tuple(COLOURS), path)
    chosen = {name: _colour(name, value) for name, value in colours.items()}
    return Brand(_name(tree.value), logo=_logo(tree.value, path), **chosen)


def contrast(colour: str, ground: str = "#FFFFFF") -> float:
    """The contrast of two colours as #RRGGBB, from 1 to 21 (WCAG 2.2, contrast ratio).

    >>> contrast("#000000"), round(contrast("#777777"), 2)
    (21.0, 4.48)
    """
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode()
    except OSError as error:
        raise Fault(f"The theme file {path} cannot be read: {error.strerror}.", do="Name another.") from error
    except UnicodeDecodeError as error:
        raise Fault(f"{path.name} is not text in UTF-8.", expected=EXAMPLE) from error
    if len(content) > LARGEST_FILE:
        raise Fault(f"{path.name} is larger than {LARGEST_FILE // 1024} KiB.", expected=EXAMPLE)
    return text


def _known(found: dict[str, Any], keys: tuple[str, ...], path: Path) -> None:
    for key in found:
        if key not in keys:
            meant = did_you_mean(key, keys) or "Take it out."
            raise Fault(f"{path.name} has an unknown key, {key!r}.", expected=", ".join(keys), do=meant)


def _name(found: dict[str, Any]) -> str:
    name = found.get("organisation") or ""
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Fault("The theme’s `organisation` is not a name.", expected=f"up to {LONGEST_NAME} letters")
    return name


def _logo(found: dict[str, Any], path: Path) -> Logo | None:
    from dashboard.slides.logo import read_logo

    name = found.get("logo")
    if name is None:
        return None
    if not isinstance(name, str):
        raise Fault("The theme’s `logo` is not the name of a file.", expected="a PNG, JPEG or SVG file")
    return read_logo(path.parent / name)


def _colour(name: str, value: object) -> str:
    """A colour that can be seen on white. Raises Fault with the contrast it has and the one it needs."""
    used, least = COLOURS[name]
    if not isinstance(value, str) or not re.fullmatch("#[0-9A-Fa-f]{6}", value, re.ASCII):
        raise Fault(f"The theme’s colour {name!r} is not one.", expected='six digits, such as "#12436D"')
    if (reached := contrast(value)) < least:
        raise Fault(
            f"The theme’s colour {name!r} has a contrast of {reached:.1f}:1 on white.",
            expected=f"at least {least:g}:1, because {used} are in it",
            do="Choose a darker one.",
        )
    return value.upper()
