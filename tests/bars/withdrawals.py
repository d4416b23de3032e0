"""People who withdraw: nothing of them is found anywhere afterwards, and nobody else's result changes."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from typing import TYPE_CHECKING

from dashboard.cli import commands
from experiments.keys import read_key
from tests.bars.bar import Bar, Count
from tests.bars.scenes import DECLARED, HEADER, LATER, STUDY, at_home, measured, say, unit
from tests.bars.searching import everything, forms, hits

if TYPE_CHECKING:
    from pathlib import Path

STAYING = 60  # units


def person(number: int) -> str:
    """The id of a unit that withdraws, as the log has it."""
    return f"withdrawing-{number:04}@example.org"


def rows(number: int) -> str:
    """All its events."""
    return unit(number).replace(f"u{number},", f"{person(number)},")


def lacking() -> str:
    """Withdrawing takes a command."""
    return "" if "forget" in commands() else "the command `watchkeeper forget`"


def run(folder: Path, tries: int) -> Count:
    """Let `tries` units withdraw, one by one and then several at once, and search after each time."""
    count = Count()
    here, never = folder / "here", folder / "never"
    staying = "".join(unit(1000 + number) for number in range(STAYING)) + LATER.replace("u0", "u1000")
    logs = [HEADER + staying + "".join(rows(number) for number in range(tries))]
    logs += [HEADER + "".join(f"{person(n)},2026-03-0{4 + n % 3}T00:00,click,,,\n" for n in range(tries))]
    _made(here, logs, count)
    _made(never, [HEADER + staying], count, keys=here / "keys")
    wanted = {number: _forms(here, person(number)) for number in range(tries)}
    found = _found(here, set().union(*wanted.values()))
    count.hold(all(wanted[number] & found for number in wanted), "the search does not even find who is there")
    one_by_one = list(range(tries * 4 // 5))
    for batch in [*([number] for number in one_by_one), list(range(len(one_by_one), tries))]:
        code, text = say(here, "forget", STUDY, *map(person, batch))
        count.add("withdrawals", len(batch))
        count.hold(code == 0, f"forget ends with {code}: {text}")
        gone = set().union(*(wanted[number] for number in batch))
        count.hold(not hits(gone, text.encode()), "what forget prints names who withdrew")
        _searched(here, gone, count)
    _same(here, never, count)
    for number in range(len(logs)):
        code, text = say(here, "ingest", STUDY, str(here / "incoming" / f"log-{number}.csv"), "--json")
        count.hold(code in (0, 1), f"ingesting again ends with {code}: {text}")
        count.hold(code == 1 or json.loads(text)["accepted"] == 0, f"ingesting again takes rows in: {text}")
    _searched(here, set().union(*wanted.values()), count)
    _same(here, never, count)
    return count


def _made(folder: Path, logs: list[str], count: Count, *, keys: Path | None = None) -> None:
    """A store with some logs, analysed; made with the keys of another where they are given."""
    at_home(folder)
    if keys is not None:
        shutil.copytree(keys, folder / "keys")
    incoming = folder / "incoming"
    incoming.mkdir()
    (incoming / "study.yaml").write_text(DECLARED, encoding="utf-8")
    steps = [("register", str(incoming / "study.yaml"))]
    for number, log in enumerate(logs):
        path = incoming / f"log-{number}.csv"
        path.write_text(log, encoding="utf-8")
        steps.append(("ingest", STUDY, str(path)))
    for words in (*steps, ("analyze", STUDY)):
        code, text = say(folder, *words)
        count.hold(code == 0, f"{words[0]} ends with {code}: {text}")


def _forms(folder: Path, identifier: str) -> set[bytes]:
    """An id and its pseudonym as they must nowhere stand."""
    key = read_key(STUDY, store=at_home(folder).path)
    mac = hmac.digest(key, identifier.encode(), hashlib.sha256)
    found = forms(identifier) - {b"withdrawing"}  # which all of them share
    for half in (mac[:8], mac[8:16]):
        number = int.from_bytes(half, "big")
        found |= {half, half[::-1], half.hex().encode(), str(number).encode()}
        found.add(str(number - 2**64 if number >= 2**63 else number).encode())
    return {form for form in found if len(form) >= 8}


def _found(folder: Path, wanted: set[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for place in ("store", "keys", "temporary"):
        for _, content in everything(folder / place):
            found |= hits(wanted, content)
    return found


def _searched(folder: Path, gone: set[bytes], count: Count) -> None:
    found = _found(folder, gone)
    count.add("hits", len(found))
    count.hold(not found, f"found after the withdrawal: {sorted(found)[:3]}")


def _same(here: Path, never: Path, count: Count) -> None:
    """The others' results are those of a store that never had who withdrew."""
    count.hold(measured(here) == measured(never), "the unit table differs from one without the withdrawn")
    findings = [
        json.loads(say(folder, "analyze", STUDY, "--json")[1])["findings"] for folder in (here, never)
    ]
    count.add("results compared", len(findings[0]))
    count.hold(findings[0], "there are no findings to compare")
    count.hold(findings[0] == findings[1], "findings differ from those without the withdrawn")


BAR = Bar(
    "withdrawals",
    "withdrawals: 0 hits of the id or pseudonym anywhere, nobody else's results changed",
    short=5,
    full=100,
    run=run,
    needs=lacking,
)
