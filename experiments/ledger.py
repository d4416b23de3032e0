"""The ledger of a study: what was released to everybody and when, one line after the other, none ever changed.

Each line carries a keyed MAC over itself and over the MAC of the line before, so that an edit, a drop or a swap
breaks the chain. How many lines there are, and the last one's MAC, are noted beside the key, outside the store: a
cut of the tail is noticed too. The note is of one registration: the same study, registered anew in another store or
after its store was thrown away, begins a ledger of its own. A line holds counts of people as they were published
and totals; never a unit.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from analysis.release.tables import Published
from experiments.durable import write_whole
from experiments.faults import Fault
from experiments.keys import folder as keys_folder
from experiments.keys import make_key, read_key
from experiments.waiting import only_writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from experiments.store import Store

FOLDER, FILE = "releases", "ledger.jsonl"
BEGINNING = "0" * 64
RESTORE = "Put the study's folder back from your backup; until then nothing of it is released."


class LedgerBrokenError(Fault):
    """The ledger is not what was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release, or one that was refused. `at` is ISO 8601; `published` holds its counts, for the next audit.

    `digest` tells whether another one says the same: it is made of every count, figure and sentence let out.
    `refused` is the sentence why, empty for what was released.
    """

    number: int
    at: str
    policy: str
    digest: str
    published: Published
    refused: str = ""


def read(store: Store, study_id: str) -> tuple[Entry, ...]:
    """Every entry. Raises LedgerBrokenError where a line was changed or is gone, and Fault without a key."""
    path = _path(store, study_id)
    content = path.read_bytes() if path.is_file() else b""
    noted = _noted(store, study_id)
    if not (content or noted["count"]):
        return ()
    return _verified(content, noted, key=read_key(_key_name(study_id), store=store.path), study=study_id)


def append(
    store: Store, study_id: str, make: Callable[[tuple[Entry, ...]], Entry | None]
) -> tuple[Entry, ...]:
    """Add what `make` returns of all entries so far, if anything; gives all entries, the new one last.

    Others that add wait meanwhile. Raises as `read` does, and Fault where the store cannot be written.
    """
    key = make_key(_key_name(study_id), store=store.path)
    with only_writer(store.folder(study_id) / FOLDER):
        entries = read(store, study_id)
        new = make(entries)
        if new is None:
            return entries
        path = _path(store, study_id)
        held = path.read_bytes() if path.is_file() else b""
        line = _line(new, _last_mac(held), key)
        write_whole(path, held + line)
        noted = {**_notes(study_id), _born(store, study_id): {"count": new.number, "mac": _mac_of(line)}}
        write_whole(_note(study_id), json.dumps(noted, sort_keys=True).encode())
        return (*entries, new)


def _verified(content: bytes, noted: dict[str, Any], *, key: bytes, study: str) -> tuple[Entry, ...]:
    """The entries of a ledger whose every byte is as it was written."""
    entries: list[Entry] = []
    before = BEGINNING
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        entry = _entry(line)
        if entry is None or entry.number != number or _line(entry, before, key) != line:
            raise LedgerBrokenError(
                f"Line {number:,} of the ledger of {study} is not what was written.", do=RESTORE
            )
        before = _mac_of(line)
        if number == noted["count"] and before != noted["mac"]:
            raise LedgerBrokenError(f"The ledger of {study} is another one than was written.", do=RESTORE)
        entries.append(entry)
    if len(entries) < noted["count"]:
        missing = noted["count"] - len(entries)
        raise LedgerBrokenError(
            f"The last {missing:,} lines of the ledger of {study} are missing.", do=RESTORE
        )
    return tuple(entries)


def _line(entry: Entry, before: str, key: bytes) -> bytes:
    body = json.dumps({**asdict(entry), "before": before}, sort_keys=True, allow_nan=False)
    mac = hmac.digest(key, body.encode(), "sha256").hex()
    return f'{{"mac": "{mac}", "entry": {body}}}\n'.encode()


def _entry(line: bytes) -> Entry | None:
    """What a line says; None where it is none."""
    from cattrs import structure
    from cattrs.errors import BaseValidationError

    try:
        document = json.loads(line)["entry"]
        document.pop("before")
        return structure(document, Entry)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BaseValidationError):
        return None


def _mac_of(line: bytes) -> str:
    return line[len(b'{"mac": "') :][:64].decode("ascii", "replace")


def _last_mac(content: bytes) -> str:
    lines = content.splitlines(keepends=True)
    return _mac_of(lines[-1]) if lines else BEGINNING


def _noted(store: Store, study_id: str) -> dict[str, Any]:
    """How many lines there were, and the last one's MAC; none before the first."""
    return _notes(study_id).get(_born(store, study_id), {"count": 0, "mac": BEGINNING})


def _notes(study_id: str) -> dict[str, dict[str, Any]]:
    """The note of every registration of a study that released anything, by when it was registered first."""
    path = _note(study_id)
    if not path.is_file():
        return {}
    try:
        notes = json.loads(path.read_bytes())
        return {str(at): {"count": int(n["count"]), "mac": str(n["mac"])} for at, n in notes.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerBrokenError(f"{path} is damaged.", do="Put it back from your backup.") from None


def _born(store: Store, study_id: str) -> str:
    """What tells one registration of a study from another: when it was made. Amendments do not change it."""
    return store.registration(study_id).registered_at


def _key_name(study_id: str) -> str:
    return f"{study_id}.ledger"  # no study's id holds a dot


def _note(study_id: str) -> Path:
    return keys_folder() / f"{study_id}.ledger.json"


def _path(store: Store, study_id: str) -> Path:
    return store.folder(study_id) / FOLDER / FILE
