"""`python -m tests.bars [NAME…] [--full]`: hold the promises to the test, and print what was counted."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from experiments import beside
from tests.bars.bar import Bar, bars

SHOWN = 10  # breaches of each bar


def main(words: list[str] | None = None) -> int:
    """Run the named bars, or all; 1 where a promise was broken, or a bar cannot be tried here."""
    parser = argparse.ArgumentParser(prog="python -m tests.bars", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(bars())}; all without any")
    parser.add_argument("--full", action="store_true", help="the full form; it can take an hour")
    parser.add_argument("--tries", type=int, help="another number of tries")
    arguments = parser.parse_args(words)
    unknown = sorted(set(arguments.names) - set(bars()))
    if unknown:
        parser.error(f"there is no bar {unknown[0]!r}")
    beside.FEWEST = 1  # so that something stands beside the small segments of small logs
    print(f"{platform.machine()}, {platform.system()} {platform.release()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        broken = [b.name for b in _named(arguments.names) if not _kept(b, Path(folder).resolve(), arguments)]
    return int(bool(broken))


def _named(names: list[str]) -> list[Bar]:
    return [bar for bar in bars().values() if not names or bar.name in names]


def _kept(bar: Bar, folder: Path, arguments: argparse.Namespace) -> bool:
    """Whether a bar is kept, said as it is found."""
    if lack := bar.needs():
        print(f"{bar.name}: not tried: needs {lack}")
        return False
    (folder / bar.name).mkdir()
    began = os.times()
    count = bar.run(folder / bar.name, arguments.tries or (bar.full if arguments.full else bar.short))
    spent = sum(os.times()[:4]) - sum(began[:4])
    print(f"{bar.name} ({bar.promise}):\n  {count}; {spent:.0f} s of processor time", flush=True)
    print(*(f"  broken: {breach}\n" for breach in count.breaches[:SHOWN]), sep="", end="")
    return not count.breaches


if __name__ == "__main__":
    sys.exit(main())
