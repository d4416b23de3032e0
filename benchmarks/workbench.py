"""What every benchmark needs: steps in processes of their own, what each took, the machine, and a table.

A benchmark is a script whose steps are functions. `take` runs one of them in a new process of the same script, so
that its peak memory is its own; the script itself imports nothing heavy, because a process inherits the peak of the
one that started it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

EVERY = 0.02  # seconds between two looks at the memory of a process and its children


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took with all that it started: processor and wall seconds, and peaks of memory in MB.

    `own` is the peak of the process itself, `others` that of all its children together, `peak` that of all. `said`
    is the JSON that it printed.
    """

    cpu: float
    wall: float
    peak: float
    own: float
    others: float
    said: Any = None


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command that must succeed, and tell what it took."""
    begin = time.perf_counter()
    given = {**os.environ, **(environment or {})}
    with subprocess.Popen(words, env=given, stdout=subprocess.PIPE, text=True) as process:
        seen = _Memory(process.pid)
        watcher = threading.Thread(target=seen.watch, daemon=True)
        watcher.start()
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    seen.over.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}")
    peak = max(seen.peak, seen.own)
    return Taken(used.ru_utime + used.ru_stime, wall, peak, seen.own, seen.others, _json(said))


class _Memory:
    """Looks at the memory of a process and of its children until it is over; peaks in MB.

    The kernel keeps the peak of the process itself, so that none between two looks is missed; it would also hand it
    over at the end, but as the peak of whoever started the process where that was larger.
    """

    def __init__(self, pid: int) -> None:
        self.over = threading.Event()
        self.own = self.others = self.peak = 0.0
        self._pid = pid

    def watch(self) -> None:
        while not self.over.wait(EVERY):
            others = sum(_kilobytes(child, "VmRSS") for child in _children(self._pid)) / 1024
            now, most = (_kilobytes(self._pid, field) / 1024 for field in ("VmRSS", "VmHWM"))
            self.own, self.others = max(self.own, most), max(self.others, others)
            self.peak = max(self.peak, now + others)


def _kilobytes(pid: int, field: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:  # it ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(field)), 0)


def _children(pid: int) -> Iterator[int]:
    try:
        listed = [p.read_text("ascii") for p in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    for child in (int(number) for text in listed for number in text.split()):
        yield child
        yield from _children(child)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def take(step: str, *words: str, runs: int = 1, environment: Mapping[str, str] | None = None) -> Taken:
    """Run a step of the calling script `runs` times, each in a new process; the medians, and the largest peaks.

    Where a step printed `cpu` and `wall` (see `clocked`), those are taken: what came before, such as imports, is
    then left out for everybody alike.
    """
    taken = []
    for number in range(1, runs + 1):
        say(f"{step} {' '.join(words)} ({number} of {runs})")
        taken.append(run([sys.executable, sys.argv[0], "--step", step, *words], environment))
    said = [one.said if isinstance(one.said, dict) else {} for one in taken]
    return Taken(
        statistics.median(now.get("cpu", one.cpu) for one, now in zip(taken, said, strict=True)),
        statistics.median(now.get("wall", one.wall) for one, now in zip(taken, said, strict=True)),
        max(one.peak for one in taken),
        max(one.own for one in taken),
        max(one.others for one in taken),
        taken[-1].said,
    )


def clocked(work: Callable[..., Any], *words: Any, warm: Sequence[Any] | None = None) -> None:
    """Do the work of a step, and print what it took without what went before, and what it `found`.

    With `warm` it is done once with these words first, so that no import and no compiling in the process counts.
    """
    if warm is not None:
        work(*warm)
    begin, before = time.perf_counter(), _used()
    found = work(*words)
    print(json.dumps({"cpu": _used() - before, "wall": time.perf_counter() - begin, "found": found}))


def _used() -> float:
    both = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def options(purpose: str, *, default: int, full: str, unit: str = "events") -> argparse.ArgumentParser:
    """The options that every benchmark takes: its size, `--runs`, and `--step` for its own processes."""
    parser = argparse.ArgumentParser(description=purpose.split("\n\n", maxsplit=1)[0])
    parser.add_argument(
        f"--{unit}", type=int, default=default, help=f"how many (default: {default:,}; full size: {full})"
    )
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts (default: 3)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the data in, and to find them again")
    parser.add_argument("--step", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def start(
    main: Callable[[argparse.Namespace], None],
    steps: Mapping[str, Any],
    parser: argparse.ArgumentParser,
) -> None:
    """Run the benchmark, or in a process that `take` started, one of its steps."""
    given = parser.parse_args()
    if given.step:
        steps[given.step[0]](*given.step[1:])
    else:
        main(given)


def machine(*packages: str) -> str:
    """The machine in one line: processor, cores, memory, and the versions of Python and `packages`."""
    name = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    versions = [f"{package} {version(package) or 'not installed'}" for package in packages]
    cores = len(os.sched_getaffinity(0))
    return ", ".join(
        [
            f"{name}, {cores} cores, {memory:.0f} GB, {platform.system()}",
            f"Python {platform.python_version()}",
            *versions,
        ]
    )


def _lines(path: str) -> list[str]:
    found = Path(path)
    return found.read_text("utf-8").splitlines() if found.exists() else []


def version(package: str) -> str | None:
    """The version of an installed package, None where it is not."""
    module = package.replace("-", "_").removesuffix("_framework")
    return metadata.version(package) if find_spec(module) else None


def table(
    rows: Mapping[str, Taken],
    *,
    over: str = "",
    over_name: str = "",
    targets: Mapping[str, str] | None = None,
) -> None:
    """One line a step: its seconds, its peak, and its ratio in processor time and wall time to the row `over`."""
    wide = max(map(len, rows)) + 2
    base = rows[over] if over else None
    heading = f"{'':{wide}}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}"
    print(heading + (f"  CPU x {over_name or over}" if base else ""))
    for name, one in rows.items():
        line = f"{name:{wide}}{one.cpu:9.2f}{one.wall:9.2f}{one.peak:9.0f}"
        ratio = f"{one.cpu / base.cpu:9.2f}" if base else ""
        aim = (targets or {}).get(name, "")
        print(f"{line}{ratio}{f'  (at most {aim})' if aim else ''}")


def skipped(package: str) -> bool:
    """Whether a package to compare with is not installed, which is then said."""
    if version(package):
        return False
    print(f"{package}: left out, not installed (see CONTRIBUTING, Benchmarks)")
    return True


def agreement(ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]) -> float:
    """The largest difference between two sets of figures, relative to the figure or, below 1, absolute."""
    pairs = [pair for name in ours for pair in zip(ours[name], theirs[name], strict=True)]
    return max(abs(mine - other) / max(1.0, abs(mine)) for mine, other in pairs)
