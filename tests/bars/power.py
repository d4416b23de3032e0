"""A power cut: what no fsync has settled, content or name, is forgotten by the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bars.watched import CHANGES_CONTENT, source

if TYPE_CHECKING:
    from tests.bars.watched import Call


@dataclass(slots=True)
class PowerLoss:
    """What the disk forgets at a power cut: content and names that no fsync has settled yet."""

    keep: Path
    changed: set[tuple[int, int]] = field(default_factory=set)
    settled: set[tuple[int, int]] = field(default_factory=set)
    named: list[tuple[Path | None, Path, Path | None]] = field(default_factory=list)

    def note(self, call: Call) -> None:
        """Remember what a call leaves unsettled, or settles."""
        if call.name in ("fsync", "fdatasync"):
            self.settled.add(_identity(call.path))
            self.named = [n for n in self.named if n[1].parent != call.path]
        elif call.name.startswith(("rename", "link")):
            old = None
            if call.path.is_file():
                old = self.keep / str(call.number)
                os.link(call.path, old)
            came_from = source(call) if call.name.startswith("rename") else None
            self.named.append((came_from, call.path, old))
        elif call.name in CHANGES_CONTENT and call.path.is_file():
            self.settled.discard(_identity(call.path))
            self.changed.add(_identity(call.path))

    def strike(self, folder: Path) -> None:
        """Undo the names and cut the contents that were not settled."""
        for path in [p for p in folder.rglob("*") if p.is_file()]:
            if _identity(path) in self.changed - self.settled:
                os.truncate(path, path.stat().st_size // 2)
        for old_name, new_name, content in reversed(self.named):
            if old_name is None:
                new_name.unlink(missing_ok=True)
            elif new_name.exists():
                new_name.replace(old_name)
            if content is not None:
                os.link(content, new_name)


def _identity(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_dev, told.st_ino
