"""`watchkeeper status [STUDY…]`: what the store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command
from dashboard.commands._studies import add_studies, tell_of_each

if TYPE_CHECKING:
    import argparse

    from experiments.holdings import Holdings

KEYS = {
    "present": "there",
    "absent": "not there: put it back from your backup",
    "another": "another one than the pseudonyms were made with",
    "not needed": "not needed",
}


def run(arguments: argparse.Namespace) -> int:
    """Print what is held of each study: numbers that name nobody and tell nothing of one arm."""
    from experiments.holdings import holdings

    return tell_of_each(arguments, holdings, lines=_lines, wrong=lambda held: held.fault)


def _lines(held: Holdings) -> list[str]:
    if held.fault:
        return [held.study, f"  {held.fault}"]
    amended = f", {held.amendments:,} times amended" if held.amendments else ""
    lines = [
        held.study,
        f"  plan       {held.plan[:12]}, registered at {held.registered_at}{amended}",
        f"  rows       {_rows(held)}",
        f"  on disk    {held.bytes_on_disk / 1e6:,.1f} MB; segments: {held.segments:,}; results: {held.results:,}",
        f"  withdrew   {held.withdrew}",
        f"  key        {KEYS[held.key]}",
    ]
    if held.writer:
        lines.append(f"  writing    {held.writer}")
    lines += [
        f"  taken in   {file.name}, {file.taken_in[:10]}: {file.accepted:,} accepted, {file.rejected:,} rejected"
        for file in held.files
    ]
    return lines


def _rows(held: Holdings) -> str:
    if held.purged_at:
        return f"purged at {held.purged_at}"
    until = f", kept until {held.keep_until}" if held.keep_until else ", kept until they are purged"
    due = f"; that day is over: watchkeeper purge {held.study}" if held.overdue else ""
    if not held.events:
        return f"none yet{until}{due}"
    return (
        f"{held.events:,} events of {held.units:,} units, {(held.first or '')[:10]} to {(held.last or '')[:10]}"
        f"{until}{due}"
    )


COMMAND = Command("status", "what the store holds", add_studies, run, 72)
