"""The store: a folder a study, immutable files, and small sealed documents that say which of them count."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.about import Registration
from experiments.checksums import Looks, broken, damaged, intact, looks
from experiments.durable import sealed, unsealed, write_whole
from experiments.faults import Fault, did_you_mean
from experiments.kept_results import keep
from experiments.manifest import Manifest, Part, Purged, from_document, without_beside
from experiments.parquet_parts import as_dataset, as_parquet
from experiments.retention import why_closed
from experiments.sweeping import removed, unfinished, unnamed
from experiments.waiting import only_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    import pyarrow.dataset

    from experiments.study import Study

REGISTRATION, MANIFEST = "registration.json", "manifest.json"
DECLARATIONS, SEGMENTS, UNITS, REJECTS, RESULTS = "declarations", "segments", "units", "rejects", "results"
ATTEMPTS = 20  # of a reader whose files a writer replaces

T = TypeVar("T")


class Moved(Fault):
    """A file of a manifest is gone because another manifest counts by now; `Store.reading` begins again."""


class Store:
    """Studies on disk. Readers are never blocked; a writer holds `writing(study)`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._terms: dict[str, tuple[tuple[Looks, ...], Purged | None, date | None]] = {}

    def studies(self) -> tuple[str, ...]:
        """The registered studies, in the order of their names."""
        if not self.path.is_dir():
            return ()
        return tuple(sorted(p.parent.name for p in self.path.glob(f"*/{REGISTRATION}")))

    def study(self, study_id: str) -> Study:
        """A study as it is registered. Raises Fault where it is not, or its declaration was damaged."""
        from experiments.study_file import read_study

        name = self._document(study_id, REGISTRATION)["declaration"]
        path = self.folder(study_id) / DECLARATIONS / name
        if not path.is_file() or not intact(path, name.removesuffix(".yaml")):
            raise damaged(f"{study_id}/{DECLARATIONS}/{name}")
        return read_study(path)

    def registration(self, study_id: str) -> Registration:
        """The plan in force: its hash, since when, and its amendments. Raises Fault for an unknown study."""
        document = self._document(study_id, REGISTRATION)
        return Registration(
            document["hash"], document["registered_at"], tuple(dict(a) for a in document["amendments"])
        )

    def manifest(self, study_id: str) -> Manifest:
        """What the study holds under the plan that is registered; empty before the first ingest."""
        if not (self.folder(study_id) / MANIFEST).exists():
            return Manifest()
        timing = self._document(study_id, REGISTRATION).get("timing", "")
        return from_document(self._document(study_id, MANIFEST), study_id).under(timing)

    def data_key(self, study_id: str) -> str:
        """A hash that changes with the declaration, the plan, or anything that was taken in.

        Of a study whose rows were purged, the one that it had before.
        """
        manifest = self.manifest(study_id)
        if manifest.purged:
            return manifest.purged.data
        registered, held = asdict(self.registration(study_id)), without_beside(asdict(manifest))
        declaration = self._document(study_id, REGISTRATION)["declaration"]
        return hashlib.sha256(sealed({"data": held, "plan": registered, "text": declaration})).hexdigest()

    def reading(self, study_id: str, read: Callable[[Manifest], T]) -> T:
        """What `read` makes of the study's manifest; begun again where files of it went while it was read.

        A reader that takes everything from the one manifest that it is handed sees no half of a change.
        """
        for _ in range(ATTEMPTS):
            manifest = self.manifest(study_id)
            try:
                return read(manifest)
            except (Fault, RuntimeError, OSError):
                if not self._moved_on(study_id, manifest):
                    raise
        raise Moved("The store was changed again and again while it was read.", do="Repeat the command.")

    def keep_until(self, study_id: str) -> date | None:
        """The last day (UTC) on which the study's rows may be opened, where it declares one."""
        day = self._document(study_id, REGISTRATION).get("keep_until")
        return date.fromisoformat(day) if day else None

    def closed(self, study_id: str) -> Fault | None:
        """Why the study's rows are not to be opened: they were purged, or the last day of keeping them is over."""
        folder = self.folder(study_id)
        documents = tuple(looks(p) for p in (folder / REGISTRATION, folder / MANIFEST) if p.exists())
        if self._terms.get(study_id, ((), None, None))[0] != documents:
            self._terms[study_id] = documents, self.manifest(study_id).purged, self.keep_until(study_id)
        return why_closed(study_id, *self._terms[study_id][1:])

    def segments(self, study_id: str) -> tuple[Path, ...]:
        """The event segments, each verified. Raises as `paths` does."""
        return self.paths(study_id, self.manifest(study_id).segments)

    def verified(self, study_id: str, part: Part) -> Path:
        """The path of an immutable file that still is what was written. Raises as `paths` does."""
        return self.paths(study_id, (part,))[0]

    def paths(self, study_id: str, parts: Sequence[Part]) -> tuple[Path, ...]:
        """The paths of immutable files that still are what was written.

        Raises Moved where one is gone because the manifest moved on, Fault where one is missing or damaged, or
        where the study's rows are not to be opened any more.
        """
        if parts and (fault := self.closed(study_id)):
            raise fault
        folder = self.folder(study_id)
        for name in broken(folder, parts):
            if name not in self.manifest(study_id).parts():
                raise Moved("The store was changed while it was read.", do="Repeat the command.")
            raise damaged(f"{study_id}/{name}")
        return tuple(folder / part.file for part in parts)

    def events(
        self, study_id: str, *, schema: pa.Schema, manifest: Manifest | None = None
    ) -> pa.Table | pyarrow.dataset.Dataset:
        """All events as one data set with the columns of `schema`; those that a segment lacks are null."""
        manifest = manifest or self.manifest(study_id)
        return as_dataset(self.paths(study_id, manifest.segments), schema)

    def units(
        self, study_id: str, *, schema: pa.Schema, manifest: Manifest | None = None
    ) -> pa.Table | pyarrow.dataset.Dataset:
        """What is known of every unit, with the columns of `schema` (`experiments.unit_list`)."""
        manifest = manifest or self.manifest(study_id)
        return as_dataset(self.paths(study_id, manifest.units), schema)

    def result(self, study_id: str, key: str) -> dict[str, Any] | None:
        """A kept result; None where there is none, or it was damaged and must be computed again."""
        path = self.folder(study_id) / RESULTS / f"{key}.json"
        return unsealed(path.read_bytes()) if path.is_file() else None

    def keep_result(self, study_id: str, key: str, document: dict[str, Any]) -> None:
        """Keep a result under its key, which begins with the `data_key` that it was computed from.

        One of data that are not the study's any more is not kept: somebody may have withdrawn from them.
        """
        path = self.folder(study_id) / RESULTS / f"{key}.json"
        keep(path, document)
        if not key.startswith(self.data_key(study_id)):
            path.unlink(missing_ok=True)

    @contextmanager
    def writing(self, study_id: str) -> Iterator[None]:
        """Be the study's only writer, after waiting for another one.

        What an interrupted writer left behind is cleared away first, and what is not needed any more at the end.
        """
        with only_writer(self.path / study_id):
            self.clear(study_id)
            yield
            self.clear(study_id)

    def clear(self, study_id: str) -> tuple[Path, ...]:
        """Remove what the manifest does not name, and give what could not be removed. Only for a writer."""
        return tuple(path for path in self.leftovers(study_id) if not removed(path))

    def leftovers(self, study_id: str) -> tuple[Path, ...]:
        """Files that do not belong: of an interrupted writer, or of data that were replaced since."""
        folder = self.path / study_id
        if not (folder / REGISTRATION).exists():
            return unfinished(folder)
        manifest, results = self.manifest(study_id), self.data_key(study_id)
        if self.closed(study_id):
            results = ""  # what can never be computed again is kept
        return (*unfinished(folder), *unnamed(folder, manifest.parts(), results=results))

    def keep_registration(self, study: Study, registration: Registration, *, timing: str) -> None:
        """Put a declaration in force: its text first, then the document that points at it.

        `timing` is what the clocks of its units are told by (`experiments.retiming`).
        """
        name = f"{hashlib.sha256(study.text.encode()).hexdigest()}.yaml"
        folder, last = self.path / study.id, study.log.keep_until
        write_whole(folder / DECLARATIONS / name, study.text.encode())
        document = {
            **asdict(registration),
            "declaration": name,
            "keep_until": last.isoformat() if last else None,
            "timing": timing,
        }
        write_whole(folder / REGISTRATION, sealed(document))

    def keep_part(self, study_id: str, kind: str, table: pa.Table) -> Part:
        """Write a table as an immutable file, which counts once a manifest names it."""
        content = as_parquet(table)
        sha256 = hashlib.sha256(content).hexdigest()
        file = f"{kind}/{sha256}.parquet"
        write_whole(self.folder(study_id) / file, content)
        return Part(file, sha256, table.num_rows)

    def keep_manifest(self, study_id: str, manifest: Manifest) -> None:
        """Make the manifest the one that counts, at once and whole."""
        write_whole(self.folder(study_id) / MANIFEST, sealed(asdict(manifest)))

    def folder(self, study_id: str) -> Path:
        """The folder of a registered study. Raises Fault for another name, with the nearest that is known."""
        known = self.studies()
        if study_id not in known:
            there_are = f"one of {', '.join(known)}" if known else "a study; the store is empty"
            do = (
                did_you_mean(study_id, known)
                or "Register its study file first: watchkeeper register STUDY.yaml"
            )
            raise Fault("No study of that name is registered in this store.", expected=there_are, do=do)
        return self.path / study_id

    def _document(self, study_id: str, name: str) -> dict[str, Any]:
        document = unsealed((self.folder(study_id) / name).read_bytes())
        if document is None:
            raise Fault(
                f"The store's {name} of {study_id} was changed or damaged.",
                do="Put it back from your backup.",
            )
        return document

    def _moved_on(self, study_id: str, manifest: Manifest) -> bool:
        """Whether another manifest counts by now, and files of this one are gone."""
        folder = self.folder(study_id)
        gone = any(not (folder / part.file).exists() for part in manifest.listed)
        return gone and self.manifest(study_id) != manifest
