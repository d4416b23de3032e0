"""The same data, plan and version: the same bytes, whatever the threads, memory, order and number of ingests."""

from __future__ import annotations

import json
import os
import random
import re
from typing import TYPE_CHECKING, Any

from tests.bars.bar import Bar, Count
from tests.bars.scenes import DECLARED, HEADER, STUDY, at_home, say

if TYPE_CHECKING:
    from pathlib import Path
# Threads, memory, files, whether each file is an ingest of its own, whether rows are shuffled.
WAYS = (
    (1, "4GB", 1, False, False),
    (2, "1GB", 4, False, True),
    (5, "512MB", 4, True, True),
    (1, "512MB", 7, True, True),
    (2, "4GB", 1, False, True),
)
FEW = 1_000  # units, below which not all ways are tried
MOMENTS = ("created_at", "taken_in", "registered_at")  # of the analysis, the intake, the registration
TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}([T ][0-9:]{5,8}Z?)?( UTC)?")
EXPORTS = ("findings.csv", "findings.svg")


def declared() -> str:
    """The small pilot with outcomes of several kinds, whose sums could differ in the last digit."""
    more = """\
  - {id: spent, role: secondary, kind: mean, event: visit, value: sum, window: {days: 7}, better: lower}
  - {id: mid, role: secondary, kind: quantile, q: 0.5, event: visit, value: mean, window: {days: 7}, better: lower}
  - {id: until, role: secondary, kind: time_to_event, event: click, window: {days: 7}, better: higher}
covariates:
  - {id: spent_before, event: visit, value: sum, window: {days: -7}}
log:
"""
    return DECLARED.replace("log:\n", more)


def rows(rng: random.Random, units: int) -> list[str]:
    """A log with uneven numbers, of which an order of summing shows."""
    made = []
    for number in range(units):
        arm, country = rng.choice(("none", "warning")), rng.choice(("NZ", "AU"))
        made += [
            f"u{number},2026-03-10T00:00,assigned,{arm},{country},",
            f"u{number},2026-03-10T01:00,shown,,,",
        ]
        for _ in range(rng.randrange(6)):
            instant = f"2026-03-{rng.randint(4, 20):02}T{rng.randrange(24):02}:{rng.randrange(60):02}"
            event = rng.choice(("visit", "click")) if instant > "2026-03-10T01" else "visit"
            value = f"{rng.lognormvariate(0, 3):.6f}" if event == "visit" else ""
            made.append(f"u{number},{instant},{event},,,{value}")
    return made


def run(folder: Path, tries: int) -> Count:
    """Analyse the same log of `tries` units in several ways, and compare every byte."""
    count = Count()
    log = rows(random.Random(5), tries)
    before = dict(os.environ)
    ways = WAYS if tries > FEW else WAYS[:3]
    answers = {way: _answer(folder / str(place), way, log) for place, way in enumerate(ways)}
    os.environ.clear()
    os.environ.update(before)
    count.add("rows", len(log))
    first = answers[WAYS[0]]
    for way, answer in answers.items():
        count.add("ways")
        for name, content in answer.items():
            count.add("documents compared")
            count.add("bytes compared", len(content))
            count.hold(content == first[name], f"{name} differs with {way}: {_where(content, first[name])}")
        count.hold(answer.keys() == first.keys(), f"{way}: other documents than {sorted(first)}")
    return count


def _answer(folder: Path, way: tuple[int, str, int, bool, bool], log: list[str]) -> dict[str, str]:
    """What is printed and exported, without what names the moment of intake or analysis."""
    threads, memory, files, apart, shuffled = way
    os.environ |= {"WATCHKEEPER_THREADS": str(threads), "WATCHKEEPER_MEMORY": memory}
    at_home(folder)
    here = folder / "incoming"
    here.mkdir()
    (here / "study.yaml").write_text(declared(), encoding="utf-8")
    lines = random.Random(threads).sample(log, len(log)) if shuffled else log
    paths = []
    for number in range(files):
        path = here / f"log-{number}.csv"
        path.write_text(HEADER + "\n".join(lines[number::files]) + "\n", encoding="utf-8")
        paths.append(str(path))
    _done(folder, "register", str(here / "study.yaml"))
    for batch in [[path] for path in reversed(paths)] if apart else [paths]:
        _done(folder, "ingest", STUDY, *batch)
    analysed = json.loads(_done(folder, "analyze", STUDY, "--json"))
    found = {"analyze --json": json.dumps(_without(analysed), indent=1)}
    for name in EXPORTS:
        _done(folder, "export", STUDY, "--out", str(folder / name))
        found[name] = TIME.sub("", (folder / name).read_bytes().decode("latin-1"))
    return found


def _done(folder: Path, *words: str) -> str:
    code, text = say(folder, *words)
    if code:
        raise RuntimeError(text)
    return text


def _without(document: Any) -> Any:
    """A document without the moments of intake and analysis."""
    if isinstance(document, dict):
        return {key: _without(value) for key, value in document.items() if key not in MOMENTS}
    return [_without(value) for value in document] if isinstance(document, list) else document


def _where(one: str, other: str) -> str:
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(place - 60, 0) : place + 60]!r} and {other[max(place - 60, 0) : place + 60]!r}"


BAR = Bar(
    "same-bytes",
    "the same data, plan and version in another order, with other threads and memory: the same bytes",
    short=400,
    full=20_000,
    run=run,
)
