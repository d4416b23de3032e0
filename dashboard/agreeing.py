"""Whether the main findings stand when they are computed in other ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import telling
from dashboard.drawing.rows import row

if TYPE_CHECKING:
    from analysis.disclosure import Release


def methods_agree(release: Release) -> bool:
    """Whether all methods put each main finding's interval on the same side of no effect, or across it.

    Methods that give no interval do not count; True where there is but one method.
    """
    for found in telling.of_role(release, "primary"):
        rows = [row(each, "") for each in (found, *release.sensitivity(found))]
        if len({each.side for each in rows if each.bounded}) > 1:
            return False
    return True
