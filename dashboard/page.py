"""A page: one file of dashboard/views, found and put into the menu by its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.session import Session


Section = Literal["portfolio", "pilot", "reference"]
FIRST = "overview"  # the page of the bare address
SECTIONS: tuple[Section, ...] = ("portfolio", "pilot", "reference")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `name` is its place in the address, `render(session)` draws it.

    `title` is marked by `later`. `icon` is one letter-like sign shown before it in the menu; pictures from a font
    host are never used. `section` is the part of the menu: about all pilots, about the chosen one, or to look up.
    """

    name: str
    title: str
    icon: str
    order: int
    render: Callable[[Session], None]
    section: Section = "pilot"


def pages() -> tuple[Page, ...]:
    """Every page, in the order of the menu."""
    found = collect("dashboard.views", Page).values()
    return tuple(sorted(found, key=lambda page: (page.order, page.name)))
