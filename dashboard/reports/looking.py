"""What a report tells of planned looks: whether the study may stop, each result beside its boundaries, the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.interim import share_measured
from dashboard.language import say
from dashboard.monitored import result_rows, standing
from dashboard.reports.content import Bullets, Paragraph, Section, grid
from dashboard.reports.drawings import drawings
from dashboard.words.looks import any_look_means, boundary_means, look_sentence, may_it_stop, next_look

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.reports.content import Block


def looks(release: Release) -> Section:
    """The looks before the end; nothing where the plan has none."""
    title = say("Looks before the end")
    if not release.looks:
        return Section("looks", title, ())
    rows, last = result_rows(release), len(release.looks)
    blocks: list[Block] = [
        Paragraph(may_it_stop(standing(release)), look="lead"),
        Paragraph(next_look(release.looks, share_measured(release)), look="quiet"),
        *drawings(release, "looks"),
        *grid(rows, caption=say("Each result beside the boundaries of this look")),
        Paragraph(any_look_means() if rows else "", look="quiet"),
        Bullets(tuple(look_sentence(at, look, last=at == last) for at, look in enumerate(release.looks, 1))),
        Paragraph(boundary_means(), look="quiet"),
    ]
    return Section("looks", title, tuple(blocks))
