"""`watchkeeper export STUDY`: one chart as a file, fit to be printed, or all of them in a ZIP."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dashboard.cli import Command, print_json, progress
from dashboard.commands._taking import add_release, released
from dashboard.language import speaking

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.export import Export

WIDTHS = (320, 2400)  # pixels
T = TypeVar("T")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--list", action="store_true", help="name the charts of this study, and stop")
    either.add_argument("--out", type=Path, metavar="FILE", help="the file to write")
    parser.add_argument("--all", action="store_true", help="every chart in every format, as a ZIP")
    parser.add_argument("--chart", default="forest", metavar="NAME", help="which chart (default: forest)")
    parser.add_argument(
        "--format", metavar="FORMAT", help="png, svg, pdf, pptx or csv (default: as FILE ends)"
    )
    parser.add_argument("--outcome", metavar="ID", help="draw this outcome alone")
    add_release(parser, "the picture")
    parser.add_argument("--dark", action="store_true", help="light text on a dark ground")
    parser.add_argument(
        "--width", type=int, default=960, metavar="PIXELS", help="at 96 pixels an inch (default: 960)"
    )


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.export import picture
    from experiments.faults import Fault

    export = None if arguments.list or arguments.all else _export(arguments)
    if arguments.all and (arguments.list or arguments.out.suffix.lower() != ".zip"):
        raise Fault(
            "All charts together are a ZIP.", expected="a name that ends in .zip", do="Name one with --out."
        )
    if not WIDTHS[0] <= arguments.width <= WIDTHS[1]:
        raise Fault(f"A picture is {WIDTHS[0]} to {WIDTHS[1]} pixels wide.", do="Name another --width.")
    tell, found = progress(arguments), released(arguments)
    if arguments.all:
        return _all(found, arguments, tell)
    if export is None:
        return _list(found, json=arguments.json)
    chart = _chart(found, arguments.chart)
    tell(f"Drawing {chart.title.lower()} …")
    outcome = _outcome(found, arguments.outcome)
    with speaking(arguments.language):
        drawn = picture(
            found,
            chart,
            mode="dark" if arguments.dark else "light",
            width=arguments.width,
            outcome=outcome,
        )
        export.write(drawn, arguments.out)
    tell("")
    _tell_of(arguments, {"chart": chart.name, "format": export.name, "says": drawn.title})
    return 0


def _all(found: Release, arguments: argparse.Namespace, tell: Callable[[str], None]) -> int:
    from dashboard.archive import archive
    from dashboard.export import write_whole

    with speaking(arguments.language):
        content = archive(found, progress=tell)
    write_whole(content, arguments.out)
    tell("")
    _tell_of(arguments, {"study": found.study.id, "says": found.study.title})
    return 0


def _tell_of(arguments: argparse.Namespace, made: dict[str, str]) -> None:
    if arguments.json:
        print_json({"file": str(arguments.out), **made})
    elif not arguments.quiet:
        print(f"{arguments.out}: {made['says']}")


def _list(found: Release, *, json: bool) -> int:
    from dashboard.chart import available

    listed = [{"chart": chart.name, "title": chart.title} for chart in available(found)]
    if json:
        print_json(listed)
    else:
        print("\n".join(f"{entry['chart']:<14}{entry['title']}" for entry in listed))
    return 0


def _export(arguments: argparse.Namespace) -> Export:
    from dashboard.export import exports

    wanted = arguments.format or arguments.out.suffix.removeprefix(".").lower()
    return _named(wanted, exports(), what="format", option="--format")


def _chart(found: Release, name: str) -> Chart:
    """The named chart. Raises Gate where it shows figures by arm, and the study is not open yet."""
    from dashboard.chart import available, charts
    from experiments.faults import Gate

    if found.closed and name in charts() and not charts()[name].applies(found):
        raise Gate(found.withheld[0], do="Its steward exports with --as-steward.")
    return _named(name, {chart.name: chart for chart in available(found)}, what="chart", option="--chart")


def _outcome(found: Release, name: str | None) -> str | None:
    if name is None:
        return None
    answered = [finding.finding.outcome.name for finding in found.default_findings()]
    return _named(name, {key: key for key in answered}, what="outcome", option="--outcome")


def _named(name: str, among: Mapping[str, T], *, what: str, option: str) -> T:
    """The one that is called so. Raises Fault with the names there are, and the nearest."""
    from experiments.faults import Fault

    if name in among:
        return among[name]
    near = get_close_matches(name, among, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"Name one of them with {option}."
    named = f"There is no {what} {name!r} here." if name else f"The file's name does not say which {what}."
    raise Fault(named, expected=", ".join(sorted(among)), do=meant)


COMMAND = Command("export", "one chart as PNG, SVG, PDF, PPTX or CSV", _add_arguments, _run, order=70)
