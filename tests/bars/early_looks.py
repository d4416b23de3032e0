"""Before a planned look nobody but the steward sees figures by arm, on whatever way they ask.

Each scene is a running study twice, with the same people and events, but with the arms given out the other way
round. What anybody sees who is no steward must be the same text and the same bytes in both, whatever is looked at;
what the steward sees must differ, or the attempt would show nothing.
"""

from __future__ import annotations

import io
import logging
import os
import random
import re
import zipfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from tests.bars.bar import Bar, Count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from experiments.store import Store

LOOKS = """\
plan:
  looks: {{spending: pocock, fractions: [0.5, 1.0], planned_units: {units}}}
  subgroups: [country]
"""
DECLARED = """\
study: small
title: A study that runs
topic: {topic}
company: platform-a
data_are: simulated
design:
  kind: {kind}
  arms:
    none: {{label: No warning, control: true}}
    warning: {{label: A warning}}
  start: 2027-01-01
  end: 2027-01-20
outcomes:
  - {{id: clicked, role: primary, kind: proportion, event: click, window: {{days: 2}}, better: lower}}
  - {{id: clicks, role: guardrail, kind: count, event: click, window: {{days: 2}}, better: lower, margin: 0.2}}
log: {{attributes: [country]}}
"""
PAGES = ("overview", "compare", "study", "quality", "wellness", "monitoring", "methods")
ROLES = ("researcher", "programme-manager", "presenter")
LANGUAGES = ("en", "fr")
KINDS = (("internal", "csv"), ("public", "svg"), ("public", "pptx"))  # of exported charts, under which policy
# The line of a picture that names the data: its place depends on how wide the letters of their hash are.
IMPRINT = re.compile(r'<g class="annotation" (?:(?!<g class="annotation" ).)*?data DATA.*?</text', re.DOTALL)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")


@dataclass(frozen=True)
class Attempt:
    """A way to look: `see(store)` gives all that there is to see."""

    name: str
    see: Callable[[Store], str]


def run(folder: Path, tries: int) -> Count:
    """Look in about so many ways, over as many scenes as they need."""
    count, done, seed = Count(), 0, 0
    while done < tries:
        with _rooms(folder / f"scene-{seed}") as home:
            twins = [_twin(home / name, seed, swapped=name == "two") for name in ("one", "two")]
            count.add("scenes")
            rng = random.Random(seed)
            attempts = list(_attempts())
            rng.shuffle(attempts)
            for attempt in attempts[: max(tries - done, 1)]:
                done += _try(count, attempt, twins, f"scene {seed}")
            for attempt in _stewards():
                same = _seen(attempt, twins[0]) == _seen(attempt, twins[1])
                count.hold(not same, f"scene {seed}: {attempt.name} shows the steward nothing by arm")
        seed += 1
    return count


def _try(count: Count, attempt: Attempt, twins: list[Store], scene: str) -> int:
    same = _seen(attempt, twins[0]) == _seen(attempt, twins[1])
    count.add("attempts")
    count.hold(same, f"{scene}: {attempt.name} tells the arms apart")
    return 1


def _seen(attempt: Attempt, store: Store) -> str:
    """What is seen, without what is another text for the same data: their hash, paths, and when it was."""
    from experiments.pilot import stored_evaluation

    os.environ.update(WATCHKEEPER_STORE=str(store.path), WATCHKEEPER_KEYS=str(store.path.parent / "keys"))
    found = stored_evaluation(store, "small")
    said = attempt.see(store).replace(str(store.path.parent), "HOME")
    for part in (found.data.hash, found.data.hash[:12], found.data.hash[:10]) if found else ():
        said = said.replace(part, "DATA")
    return INSTANT.sub("THEN", IMPRINT.sub("IMPRINT", said))


def _attempts() -> Iterator[Attempt]:
    from dashboard.chart import charts
    from dashboard.export import exports

    for policy in ("internal", "public"):
        yield Attempt(f"the {policy} release", partial(_release, policy=policy))
        yield Attempt(f"the {policy} deck", partial(_exported, command="deck", kind="pptx", policy=policy))
        yield Attempt(
            f"the {policy} report", partial(_exported, command="report", kind="html", policy=policy)
        )
        for chart, kind in product(charts(), exports()):
            if (policy, kind) in KINDS:
                see = partial(_exported, command="export", kind=kind, policy=policy, words=("--chart", chart))
                yield Attempt(f"{chart} as {kind}, {policy}", see)
    for page, role, spoken in product(PAGES, ROLES, LANGUAGES):
        see = partial(_page, name=page, role=role, spoken=spoken)
        yield Attempt(f"{page} as {role} in {spoken}", see)
    yield Attempt("the study after the steward saw it", _after_the_steward)


def _stewards() -> Iterator[Attempt]:
    yield Attempt("the release", partial(_release, policy="internal", steward=True))
    yield Attempt("the study page", partial(_page, name="study", role="steward", spoken="en"))


def _release(store: Store, *, policy: str, steward: bool = False) -> str:
    from dashboard.spoken import released_for

    return repr(released_for(store, "small", policy=policy, spoken="en", steward=steward))


def _exported(store: Store, *, command: str, kind: str, policy: str, words: tuple[str, ...] = ()) -> str:
    """All that an export says and writes."""
    from dashboard.cli import main

    out = store.path.parent / f"out.{kind}"
    out.unlink(missing_ok=True)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main([command, "small", "--policy", policy, "--out", str(out), *words])
    content = out.read_bytes() if out.exists() else b""
    return f"{code} {said.getvalue()} {_unpacked(content).decode('utf-8', 'replace')}"


def _unpacked(content: bytes) -> bytes:
    """The parts of a ZIP one by one, those of a ZIP inside it (the numbers of a slide's chart) as well."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return b"\n".join(_unpacked(parts.read(name)) for name in sorted(parts.namelist()))


def _page(_: Store, *, name: str, role: str, spoken: str) -> str:
    """Everything that a page hands to the browser, and what it logs."""
    from streamlit.testing.v1 import AppTest

    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    try:
        app = AppTest.from_function(_show, args=(name,), default_timeout=60)
        app.query_params.update({"study": "small", "lang": spoken})
        app.user = {"is_logged_in": True, "groups": [role], "iat": _now()}
        app.run()
    finally:
        logging.getLogger().removeHandler(handler)
    return "\n".join([*_parts(app.main), *_parts(app.sidebar), logged.getvalue()])


def _after_the_steward(store: Store) -> str:
    _page(store, name="study", role="steward", spoken="en")
    return _page(store, name="study", role="researcher", spoken="en")


def _show(first: str) -> None:
    from dashboard.app import main

    main(first=first)


def _parts(block: Any) -> Iterator[str]:
    """Every element below a block as it is sent."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from (str(child.proto) if child.proto else "", *_parts(child))
        else:
            yield re.sub(r"(id|url): \".*\"", "", str(child.proto))


def _now() -> float:
    import time

    return time.time()


@contextmanager
def _rooms(home: Path) -> Iterator[Path]:
    """A folder with keys and a login of its own, told to all that runs inside."""
    from experiments.access import ROLES as KNOWN
    from experiments.access import configured
    from tests.access import login_file

    home.mkdir(parents=True)
    settings = login_file(home / "login.toml", {role: role for role in KNOWN})
    told = {
        "WATCHKEEPER_KEYS": str(home / "keys"),
        "WATCHKEEPER_LOGIN": str(settings),
        "WATCHKEEPER_STORE": "",
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    configured.cache_clear()
    try:
        yield home
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        configured.cache_clear()


def _twin(home: Path, seed: int, *, swapped: bool) -> Store:
    """A running study; `swapped` gives each person the other arm, and changes nothing else."""
    from experiments.pilot import evaluation
    from tests.small_pilot import SmallPilot

    home.mkdir()
    os.environ["WATCHKEEPER_KEYS"] = str(home / "keys")
    rng = random.Random(seed)
    units = 2 * rng.randint(70, 120)
    topic = rng.choice(["deterrence", "moderator-wellness"])
    declared = DECLARED.format(kind="individual", topic=topic)
    if rng.random() < 0.5:
        declared += LOOKS.format(units=3 * units)
    pilot = SmallPilot(home, declared)
    pilot.log(_log(rng, units, swapped=swapped))
    evaluation(pilot.store, "small")
    return pilot.store


def _log(rng: random.Random, units: int, *, swapped: bool) -> str:
    """As many units in one arm as in the other, of which those in the first click far more often."""
    arms = ("warning", "none") if swapped else ("none", "warning")
    rows = ["unit,occurred_at,event,arm,country"]
    for unit in range(units):
        day, place = 1 + unit % 6, unit // 12 % 2
        rows.append(f"u{unit},2026-11-0{day}T10:00:00,assigned,{arms[place]},{('fr', 'de')[unit % 2]}")
        clicks = rng.choice((1, 2, 3)) if rng.random() < (0.6, 0.25)[place] else 0
        rows += [f"u{unit},2026-11-0{day + 1}T1{hour}:00:00,click,," for hour in range(clicks)]
    rows.append("u0,2026-11-14T10:00:00,click,,")
    return "\n".join(rows) + "\n"


BAR = Bar("early-looks", "nobody but the steward tells arms apart before a look", 24, 200, run)
