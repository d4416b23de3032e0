"""The shapes a unit table can have. A design yields a layout; estimators claim layouts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape of the unit table: its name, the columns it must have, and what one row is."""

    name: str
    requires: tuple[str, ...]
    row_is: str


PARALLEL = Layout("parallel", ("arm",), "one unit")
CLUSTERED = Layout("clustered", ("arm", "cluster"), "one unit inside a cluster that was assigned as a whole")

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (PARALLEL, CLUSTERED)}
