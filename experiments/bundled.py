"""The bundled pilots: where their files are, and how a store is filled with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.store import Store


@dataclass(frozen=True, slots=True)
class BundledPilot:
    """The files of one pilot. Its folder is called after the study."""

    study_file: Path
    logs: tuple[Path, ...]
    codebook: Path

    @property
    def name(self) -> str:
        """The id of the study."""
        return self.study_file.parent.name


def pilots() -> tuple[BundledPilot, ...]:
    """The pilots that come with the software, in the order of their names.

    >>> "honeypot-warnings-2022" in [pilot.name for pilot in pilots()]
    True
    """
    folders = sorted(study_file.parent for study_file in _folder().glob("*/study.yaml"))
    return tuple(
        BundledPilot(folder / "study.yaml", tuple(sorted(folder.glob("log.*"))), folder / "codebook.md")
        for folder in folders
    )


def fill(store: Store, *, progress: Callable[[str], None] = lambda _: None) -> None:
    """Register and take in each bundled pilot that the store does not hold yet; one it holds is left alone."""
    known = store.studies()
    for pilot in pilots():
        if pilot.name in known and store.manifest(pilot.name).segments:
            continue
        from experiments.pilot import ingest, register

        progress(f"Taking in {pilot.name} …")
        if pilot.name not in known:
            register(store, pilot.study_file, reason=None)
        ingest(store, pilot.name, pilot.logs, progress=progress)


def _folder() -> Path:
    """In an installed package inside it; in a clone beside it. Raises Fault where neither is there."""
    here = Path(__file__).resolve().parent
    for folder in (here / "bundled_pilots", here.parent / "data"):
        if folder.is_dir():
            return folder
    raise Fault("The bundled pilots are not part of this installation.", do="Install watchkeeper again.")
