"""`watchkeeper annual`: the report over all pilots of the store as PDF or HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress
from dashboard.commands._taking import add_language, add_out, add_policy
from dashboard.language import speaking

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_out(parser, "the PDF or HTML file")
    add_policy(parser, "each study file declares")
    add_language(parser, "the report")
    parser.add_argument(
        "--year", type=int, metavar="YEAR", help="only the pilots that ran in this year (default: all)"
    )
    parser.add_argument(
        "--date",
        metavar="DAY",
        help="as of which day pilots are planned, running or over (default: that of the newest analysis, or the "
        "last of --year)",
    )


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.export import write_whole
    from dashboard.reports.annual import annual_report
    from dashboard.reports.files import maker
    from dashboard.reports.gathering import day, gathered
    from experiments.store import Store

    make, tell = maker(arguments.out), progress(arguments)
    year = gathered(
        Store(arguments.store),
        policy=arguments.policy,
        spoken=arguments.language,
        day=day(arguments.date),
        year=arguments.year,
        progress=tell,
    )
    tell("Setting the report …")
    with speaking(arguments.language):
        content = make(annual_report(year))
    write_whole(content, arguments.out)
    tell("")
    left_out = [each.pilot.id for each in year.entries if each.pilot.state == "broken"]
    if arguments.json:
        found = [release.study.id for release in year.releases]
        print_json({"file": str(arguments.out), "studies": found, "left_out": left_out})
    elif not arguments.quiet:
        named = f"; not in it: {', '.join(left_out)}" if left_out else ""
        print(f"{arguments.out}: {len(year.releases)} of {len(year.entries)} pilots analysed{named}")
    return 0


COMMAND = Command(
    "annual", "the report over all pilots of the store, by topic", _add_arguments, _run, order=76
)
