"""What does not belong in a study's folder: found by name, and removed by the next writer."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from experiments.durable import UNFINISHED

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

INCOMING = "incoming"  # the folder of rows on their way in
LISTED = ("segments", "sums", "counts", "units", "rejects")  # folders of files that a manifest names


def unfinished(folder: Path) -> tuple[Path, ...]:
    """What a writer that died was about to write: its incoming rows, and files that are not whole."""
    incoming = (folder / INCOMING,) if (folder / INCOMING).exists() else ()
    return (*incoming, *sorted(p for p in folder.rglob(f"*{UNFINISHED}") if INCOMING not in p.parts))


def unnamed(folder: Path, parts: Collection[str], *, results: str) -> tuple[Path, ...]:
    """Whole files that are not among the `parts`, and kept results whose names do not begin with `results`."""
    found = [
        path
        for kind in LISTED
        for path in sorted((folder / kind).glob("*.parquet"))
        if f"{kind}/{path.name}" not in parts
    ]
    stale = (p for p in sorted((folder / "results").glob("*.json")) if not p.name.startswith(results))
    return (*found, *stale)


def removed(path: Path) -> bool:
    """Whether a file or folder could be removed: one that a reader holds open stays, on some systems."""
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
