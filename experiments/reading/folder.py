"""Which files are meant: every log in a folder and below it, and a name for each that tells it from the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.log_format import endings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHOWN = 5  # names in one sentence
ADDRESSEE = re.compile(r"[^\s/@]+@")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The logs that were meant, and the names of the files in folders that are none."""

    logs: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What was left out and why; empty where nothing was."""
        if not self.left_out:
            return ""
        more = len(self.left_out) - SHOWN
        names = ", ".join(map(shown, self.left_out[:SHOWN])) + (f" and {more:,} more" if more > 0 else "")
        return f"Left out, hidden or no log by its ending: {names}."


def gathered(paths: Sequence[Path]) -> Gathered:
    """The files among `paths` as they are; of each folder every log in it and below, in the order of their names.

    Raises Fault where a folder holds no log, or cannot be looked into.
    """
    logs: list[Path] = []
    left_out: list[str] = []
    for path in paths:
        if not path.is_dir():
            logs.append(path)
            continue
        inside = sorted(_files(path))
        taken = [file for file in inside if _is_log(file.relative_to(path))]
        if not taken:
            raise Fault(
                f"There is no log in the folder {shown(path.name)}.", expected=f"{', '.join(endings())}"
            )
        logs += taken
        left_out += [str(file.relative_to(path)) for file in inside if file not in set(taken)]
    return Gathered(tuple(logs), tuple(left_out))


def told_apart(paths: Sequence[Path]) -> dict[Path, str]:
    """Each file once, with a name: its own, or with the folders above it where two have the same.

    >>> list(told_apart([Path("/a/x.csv"), Path("/b/x.csv"), Path("/b/y.csv"), Path("/b/../b/y.csv")]).values())
    ['a/x.csv', 'b/x.csv', 'y.csv']
    """
    whole = list(dict.fromkeys(path.resolve() for path in paths))
    names = {path: path.name for path in whole}
    for length in range(2, max((len(path.parts) for path in whole), default=0) + 1):
        often = {name for name in names.values() if list(names.values()).count(name) > 1}
        names = {path: "/".join(path.parts[-length:]) if n in often else n for path, n in names.items()}
    return {path: shown(name) for path, name in names.items()}


def shown(name: str) -> str:
    """A file's name as it is told and kept: nothing a terminal acts on, nothing before the @ of an address.

    >>> shown("jane@example.org.csv")
    '…@example.org.csv'
    """
    return ADDRESSEE.sub("…@", "".join(sign if sign.isprintable() else "?" for sign in name))


def _files(folder: Path) -> Iterator[Path]:
    """Every file in a folder and below it; links to folders are not followed, since they can lead in circles."""
    try:
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                yield from _files(entry)
            elif not entry.is_dir():
                yield entry
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise Fault(
            f"The folder {shown(folder.name)} cannot be read ({reason}).", do="Check its permissions."
        ) from None


def _is_log(place: Path) -> bool:
    """Whether a file is one by its name; what begins with a point or underscore is its system's own affair."""
    return place.name.lower().endswith(endings()) and not any(p.startswith((".", "_")) for p in place.parts)
