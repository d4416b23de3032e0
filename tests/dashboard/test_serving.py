"""Ports: the one asked for or the next free one, and a sentence where there is none."""

from __future__ import annotations

import re
import socket
import tomllib
from pathlib import Path

import pytest

from dashboard import serving
from experiments.faults import Fault


def test_a_taken_port_that_was_asked_for_is_a_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Fault, match=f"Port {port} is taken"):
            serving.choose_port(port)


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(serving, "USUAL_PORT", port)
        assert port < serving.choose_port(None) < port + 20


def test_the_pages_are_served_to_this_machine_alone_and_report_to_nobody() -> None:
    config = tomllib.loads((Path(serving.APP).parent / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("ink", ["textColor", "linkColor", "primaryColor"])
def test_text_has_enough_contrast(theme: str, ground: str, ink: str) -> None:
    colours = tomllib.loads((Path(serving.APP).parent / ".streamlit" / "config.toml").read_text("utf-8"))
    assert contrast(colours["theme"][theme][ink], colours["theme"][theme][ground]) >= 4.5


INK = r"[{; ]color: light-dark\((#\w{6}), (#\w{6})\)"
GROUND = r"background: light-dark\((#\w{6}), (#\w{6})\)"


@pytest.mark.parametrize(("place", "theme"), [(0, "light"), (1, "dark")])
def test_the_style_sheet_keeps_that_contrast_in_both_themes(place: int, theme: str) -> None:
    style = (Path(serving.APP).parent / "assets" / "page.css").read_text("utf-8")
    colours = tomllib.loads((Path(serving.APP).parent / ".streamlit" / "config.toml").read_text("utf-8"))
    page = colours["theme"][theme]
    found = []
    for rule in re.findall(r"[^{}]*{[^{}]*}", style):
        ground = re.search(GROUND, rule)
        inks = [ink[place] for ink in re.findall(INK, rule)]
        if ground and not inks and "padding" in rule:  # a box around the page's own ink
            inks = [page["textColor"]]
        found += [
            contrast(ink, ground.groups()[place] if ground else page["backgroundColor"]) for ink in inks
        ]
    assert len(found) >= 12
    assert min(found) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
