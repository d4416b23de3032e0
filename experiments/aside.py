"""Where the engine puts rows aside that its memory does not hold: a private folder that goes when it is closed.

Such rows carry pseudonyms. What a killed process left behind is removed by the next engine that puts rows aside,
and by whatever removes people or rows from the store.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.durable import lock_if_free
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedRandom

PREFIX, LOCK = "watchkeeper-aside-", ".lock"


class Aside:
    """A folder (mode 700) under `parent`, held by a lock for as long as it is in use."""

    def __init__(self, parent: Path) -> None:
        clear_abandoned(parent)
        try:
            self.path, self._lock = _held(parent)
        except OSError as error:
            raise Fault(
                f"The folder for temporary files cannot be written ({error.strerror or 'the system refused'}).",
                do="Set WATCHKEEPER_TEMP to a folder of your own with room in it.",
            ) from None

    def remove(self) -> None:
        """Remove the folder with all that was put there."""
        _remove(self.path, self._lock)


def abandoned(parent: Path) -> Iterator[tuple[Path, BufferedRandom]]:
    """Folders of engines that ended without closing, each with the lock on it, which the caller lets go."""
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        try:
            lock = lock_if_free(folder / LOCK)
        except OSError:  # another user's, or gone meanwhile
            continue
        if lock is not None:
            yield folder, lock


def clear_abandoned(parent: Path) -> None:
    """Remove the folders of engines that ended without closing."""
    for folder, lock in abandoned(parent):
        _remove(folder, lock)


def _held(parent: Path) -> tuple[Path, BufferedRandom]:
    """A new folder and the lock on it; begun again where another process took it for abandoned just then."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = None
        with suppress(FileNotFoundError):
            lock = lock_if_free(path / LOCK)
        if lock is not None and (path / LOCK).exists():
            return path, lock


def _remove(folder: Path, lock: BufferedRandom) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()
    shutil.rmtree(folder, ignore_errors=True)  # where a file that is open cannot go
