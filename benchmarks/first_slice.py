"""How long the everyday commands take: `.venv/bin/python benchmarks/first_slice.py`.

Each command runs as a whole process on a store of its own, several times; the median is printed beside the
time of an empty Python process in the same run, so that figures from different machines can be compared.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from experiments.bundled import pilots

LARGE = "search-warning-sim"
RUNS = 3


def seconds(words: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of one process that must succeed."""
    begin = time.perf_counter()
    subprocess.run(words, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begin


def watchkeeper(*words: str) -> list[str]:
    """The command line of one watchkeeper command."""
    return [sys.executable, "-m", "dashboard.cli", *words]


def steps(study_file: Path, log: Path) -> dict[str, list[str]]:
    """The commands in the order a newcomer runs them."""
    return {
        "empty Python process": [sys.executable, "-c", "pass"],
        "--help": watchkeeper("--help"),
        "check": watchkeeper("check", str(study_file)),
        "register": watchkeeper("register", str(study_file)),
        "ingest": watchkeeper("ingest", LARGE, str(log)),
        "analyze (computed)": watchkeeper("analyze", LARGE),
        "analyze (kept)": watchkeeper("analyze", LARGE),
        "export forest as SVG, no browser": watchkeeper(
            "export", LARGE, "--chart", "forest", "--format", "svg", "--out", "forest.svg"
        ),
    }


def main() -> None:
    """Run every step `RUNS` times, each time on an empty store, and print the medians."""
    pilot = next(p for p in pilots() if p.study_file.parent.name == LARGE)
    taken: dict[str, list[float]] = {}
    for run in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **os.environ,
                "WATCHKEEPER_STORE": f"{folder}/store",
                "WATCHKEEPER_KEYS": f"{folder}/keys",
                "WATCHKEEPER_BROWSER": "none",
            }
            os.chdir(folder)
            for name, words in steps(pilot.study_file.resolve(), pilot.logs[0].resolve()).items():
                print(f"run {run + 1} of {RUNS}: {name}", file=sys.stderr)
                taken.setdefault(name, []).append(seconds(words, environment))
            os.chdir("/")
    report(taken)


def report(taken: dict[str, list[float]]) -> None:
    """One row a step: median seconds, range, and the multiple of an empty process."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {RUNS} runs")
    empty = statistics.median(taken["empty Python process"])
    print(f"{'step':36} {'median s':>9} {'min':>7} {'max':>7} {'x empty':>8}")
    for name, values in taken.items():
        median = statistics.median(values)
        print(f"{name:36} {median:9.2f} {min(values):7.2f} {max(values):7.2f} {median / empty:8.1f}")
    both = statistics.median(map(sum, zip(taken["ingest"], taken["analyze (computed)"], strict=True)))
    print(f"{'ingest + analyze':36} {both:9.2f}")


if __name__ == "__main__":
    main()
