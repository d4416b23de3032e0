"""Which file a report becomes: PDF or HTML, as its name ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dashboard.reports.content import Report


def maker(out: Path) -> Callable[[Report], bytes]:
    """What sets a report as the file `out`. Raises Fault for a name that ends in neither."""
    from dashboard.reports.typeset import report_pdf
    from dashboard.reports.web import report_html

    kinds = {".pdf": report_pdf, ".html": report_html, ".htm": report_html}
    made = kinds.get(out.suffix.lower())
    if made is None:
        raise Fault(f"{out.name} is neither PDF nor HTML.", expected="a name that ends in .pdf or .html")
    return made
