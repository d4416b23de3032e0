"""A picture that can be drawn anew on other paper, and what must stand beside it wherever it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.frame import HASH_LENGTH, provenance
from dashboard.interim import notice_text
from dashboard.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture without a frame: `draw(canvas)` begins at the canvas's top and returns where it ends."""

    name: str
    title: str
    subtitle: str
    description: str
    draw: Callable[[Canvas], float]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a file says of itself: its title, where its figures come from, by which rules, as of when (ISO 8601)."""

    title: str
    source: str
    notice: str
    made_at: str


def imprint(release: Release) -> Imprint:
    """What a file with figures of one release says of itself."""
    return Imprint(
        title=release.study.title,
        source=f"{provenance(release)} {rules_text([release])}",
        notice=_joined(notice_text(release), _inside([release])),
        made_at=release.provenance.created_at,
    )


def joint_imprint(title: str, releases: Sequence[Release], *, notice: str) -> Imprint:
    """What a file with figures of several releases says of itself."""
    versions = say("; ").join(
        say(
            "study {study}, plan {plan}, data {data}",
            study=release.study.id,
            plan=release.registration.hash[:HASH_LENGTH],
            data=release.data.hash[:HASH_LENGTH],
        )
        for release in releases
    )
    source = f"{versions[:1].upper()}{versions[1:]}."
    return Imprint(
        title=title,
        source=_joined(source, rules_text(releases)),
        notice=_joined(notice, _inside(releases)),
        made_at=max(release.provenance.created_at for release in releases),
    )


def rules_text(releases: Sequence[Release]) -> str:
    """By which rules figures were let out."""
    if not all(release.policy.public for release in releases):
        return say("Released by the rules for the research team.")
    if any(release.policy.rounds for release in releases):
        return say("Released by the rules for everybody, counts rounded to the middle of their ten.")
    return say("Released by the rules for everybody.")


def _inside(releases: Sequence[Release]) -> str:
    """Whom the figures are for, if not for everybody."""
    everybody = all(release.policy.public for release in releases)
    return "" if everybody else say("For the research team: not for publication.")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
