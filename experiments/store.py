"""The store: a folder a study, immutable files, and small sealed documents that say which of them count."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.about import Registration
from experiments.arrays import empty
from experiments.durable import UNFINISHED, digest, only_writer, sealed, unsealed, write_whole
from experiments.faults import Fault, did_you_mean
from experiments.manifest import LogFile, Manifest, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    import pyarrow.dataset

    from experiments.study import Study

ROW_GROUP = 262_144  # rows that are read, and skipped, together
REGISTRATION, MANIFEST = "registration.json", "manifest.json"
DECLARATIONS, SEGMENTS, UNITS, REJECTS, RESULTS = (
    "declarations",
    "segments",
    "units",
    "rejects",
    "results",
)


class Store:
    """Studies on disk. Readers are never blocked; a writer holds `writing(study)`."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
        self._verify(path, name.removesuffix(".yaml"))
        return read_study(path)

    def registration(self, study_id: str) -> Registration:
        """The plan in force: its hash, since when, and its amendments. Raises Fault for an unknown study."""
        document = self._document(study_id, REGISTRATION)
        return Registration(
            document["hash"], document["registered_at"], tuple(dict(a) for a in document["amendments"])
        )

    def manifest(self, study_id: str) -> Manifest:
        """What the study holds; empty before the first ingest."""
        if not (self.folder(study_id) / MANIFEST).exists():
            return Manifest()
        document = self._document(study_id, MANIFEST)
        files = (
            LogFile(**{**f, "rejects": tuple(Part(**part) for part in f["rejects"])})
            for f in document["files"]
        )
        return Manifest(
            tuple(Part(**part) for part in document["segments"]),
            tuple(Part(**part) for part in document["units"]),
            tuple(files),
            document["key"],
        )

    def data_key(self, study_id: str) -> str:
        """A hash that changes with the declaration, the plan, or anything that was taken in."""
        registered, held = asdict(self.registration(study_id)), asdict(self.manifest(study_id))
        declaration = self._document(study_id, REGISTRATION)["declaration"]
        return hashlib.sha256(sealed({"data": held, "plan": registered, "text": declaration})).hexdigest()

    def segments(self, study_id: str) -> tuple[Path, ...]:
        """The event segments, each verified against its SHA-256. Raises Fault where one was changed or is gone."""
        return tuple(self.verified(study_id, part) for part in self.manifest(study_id).segments)

    def verified(self, study_id: str, part: Part) -> Path:
        """The path of an immutable file that still is what was written."""
        path = self.folder(study_id) / part.file
        self._verify(path, part.sha256)
        return path

    def events(self, study_id: str, *, schema: pa.Schema) -> pa.Table | pyarrow.dataset.Dataset:
        """All events as one data set with the columns of `schema`; those that a segment lacks are null."""
        return _dataset(self.segments(study_id), schema)

    def units(self, study_id: str, *, schema: pa.Schema) -> pa.Table | pyarrow.dataset.Dataset:
        """What is known of every unit, with the columns of `schema` (`experiments.unit_list`)."""
        parts = self.manifest(study_id).units
        return _dataset(tuple(self.verified(study_id, part) for part in parts), schema)

    def result(self, study_id: str, key: str) -> dict[str, Any] | None:
        """A kept result; None where there is none, or it was damaged and must be computed again."""
        path = self.folder(study_id) / RESULTS / f"{key}.json"
        return unsealed(path.read_bytes()) if path.is_file() else None

    def keep_result(self, study_id: str, key: str, document: dict[str, Any]) -> None:
        """Keep a result under its key."""
        write_whole(self.folder(study_id) / RESULTS / f"{key}.json", sealed(document))

    @contextmanager
    def writing(self, study_id: str) -> Iterator[None]:
        """Be the study's only writer; what an interrupted writer left behind is cleared away first."""
        folder = self.path / study_id
        with only_writer(folder):
            self._sweep(folder)
            yield

    def keep_registration(self, study: Study, registration: Registration) -> None:
        """Put a declaration in force: its text first, then the document that points at it."""
        name = f"{hashlib.sha256(study.text.encode()).hexdigest()}.yaml"
        folder = self.path / study.id
        write_whole(folder / DECLARATIONS / name, study.text.encode())
        write_whole(folder / REGISTRATION, sealed({**asdict(registration), "declaration": name}))

    def keep_part(self, study_id: str, kind: str, table: pa.Table) -> Part:
        """Write a table as an immutable file, which counts once a manifest names it."""
        import pyarrow as pa
        from pyarrow import parquet

        sink = pa.BufferOutputStream()
        words = [field.name for field in table.schema if pa.types.is_string(field.type)]
        parquet.write_table(
            table,
            sink,
            compression="zstd",
            compression_level=1,
            use_dictionary=words,  # numbers such as pseudonyms hardly repeat
            row_group_size=ROW_GROUP,
        )
        content = sink.getvalue().to_pybytes()
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

    def _verify(self, path: Path, sha256: str) -> None:
        if not path.is_file() or digest(path) != sha256:
            raise Fault(
                f"A file of the store is missing, damaged or was changed: {path.relative_to(self.path)}.",
                do="Put it back from your backup, or ingest the logs again into a new store.",
            )

    def _sweep(self, folder: Path) -> None:
        """Remove what no manifest names: an ingest that died before its manifest was renamed."""
        for leftover in folder.rglob(f"*{UNFINISHED}"):
            leftover.unlink()
        if (folder / REGISTRATION).exists():
            belongs = self.manifest(folder.name).parts()
            for kind in (SEGMENTS, UNITS, REJECTS):
                for path in (folder / kind).glob("*.parquet"):
                    if f"{kind}/{path.name}" not in belongs:
                        path.unlink()


def _dataset(paths: tuple[Path, ...], schema: pa.Schema) -> pa.Table | pyarrow.dataset.Dataset:
    """Parquet files as one data set. Without any, the module of data sets (a second) need not be loaded."""
    if not paths:
        return empty(schema)
    import pyarrow.dataset

    return pyarrow.dataset.dataset([str(path) for path in paths], schema=schema)
