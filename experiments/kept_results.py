"""Kept results as files: written beside writers of the study, who clear away what is not whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.durable import sealed, unsealed, write_whole
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTEMPTS = 20


def keep(path: Path, document: dict[str, Any]) -> None:
    """Write a result. Raises Fault where the disk does not allow it."""
    for attempt in range(ATTEMPTS):
        try:
            write_whole(path, sealed(document))
        except Fault as fault:
            taken_for_a_leftover = isinstance(fault.__cause__, FileNotFoundError)
            if not taken_for_a_leftover or attempt == ATTEMPTS - 1:
                raise
        else:
            return


def newest_first(folder: Path, data_key: str) -> Iterator[dict[str, Any]]:
    """The kept results of some data by any version, as far as they are whole."""
    found = folder.glob(f"{data_key}-*.json")
    for path in sorted(found, key=lambda p: p.stat().st_mtime_ns, reverse=True):
        if document := unsealed(path.read_bytes()):
            yield document
