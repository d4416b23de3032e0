"""The manifest: which immutable files make up a study's data, and what each log file brought."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from experiments.faults import Fault


@dataclass(frozen=True, slots=True)
class Part:
    """An immutable file of the store.

    `first` and `last` are the instants (ISO 8601) of a segment's events, `low` and `high` the smallest and
    the largest number of a unit in it, by which it is sorted. `beside` are files that were told from a segment
    (`experiments.beside`), and go with it.
    """

    file: str
    sha256: str
    rows: int
    first: str = ""
    last: str = ""
    low: int = 0
    high: int = 0
    beside: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class LogFile:
    """What one log file brought, known by its content: counts of rows, and where its rejected rows are listed."""

    name: str
    sha256: str
    taken_in: str  # when its newest events came into the store (ISO 8601)
    accepted: int
    duplicates: int
    rejected: int
    left_behind: int
    rejects: tuple[Part, ...] = ()
    withdrawn: int = 0  # rows of units that withdrew


@dataclass(frozen=True, slots=True)
class Purged:
    """That a study's rows were removed for good: when (ISO 8601), and the `data_key` of the results that remain."""

    at: str
    data: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """Events and list of units with the clocks of a plan that is about to be registered: `timing` tells which."""

    timing: str
    segments: tuple[Part, ...]
    units: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a study holds. `key` is the fingerprint of the key that made its pseudonyms.

    `units` list what is known of each unit; see `experiments.unit_list`. `withdrawn` are the tombstones of units
    that withdrew (the last 32 hex digits of the HMAC of which the first 16 are the pseudonym), sorted: no row of
    theirs is ever taken in again. `forgotten` counts the events that went with them.
    """

    segments: tuple[Part, ...] = ()
    units: tuple[Part, ...] = ()
    files: tuple[LogFile, ...] = field(default_factory=tuple)
    key: str = ""
    withdrawn: tuple[str, ...] = ()
    forgotten: int = 0
    purged: Purged | None = None
    timing: str = ""  # what the clocks were told by; see `experiments.retiming`
    ahead: Ahead | None = None  # only on the disk, while an amendment is registered

    def under(self, timing: str) -> Manifest:
        """The manifest as it counts under a registered plan, whose clocks are told by `timing`."""
        if self.ahead is None or self.ahead.timing != timing:
            return replace(self, ahead=None)
        return replace(self, segments=self.ahead.segments, units=self.ahead.units, timing=timing, ahead=None)

    @property
    def bound_to(self) -> str:
        """The fingerprint of the key that everything to come needs; empty while any key will do."""
        return self.key if self.segments or self.withdrawn else ""

    @property
    def events(self) -> int:
        """Events held."""
        return sum(segment.rows for segment in self.segments)

    @property
    def rejected(self) -> int:
        """Rows rejected, over all files."""
        return sum(file.rejected for file in self.files)

    @property
    def duplicates(self) -> int:
        """Rows that repeated an event, over all files as they first came."""
        return sum(file.duplicates for file in self.files)

    @property
    def first(self) -> str | None:
        """The first event's instant."""
        return min((segment.first for segment in self.segments), default=None)

    @property
    def last(self) -> str | None:
        """The last event's instant."""
        return max((segment.last for segment in self.segments), default=None)

    @property
    def taken_in(self) -> str | None:
        """When the newest events came into the store."""
        return max((file.taken_in for file in self.files if file.accepted), default=None)

    @property
    def listed(self) -> tuple[Part, ...]:
        """Every file that belongs."""
        rejects = (part for file in self.files for part in file.rejects)
        beside = (part for segment in self.segments for part in segment.beside)
        return (*self.segments, *beside, *self.units, *rejects)

    def parts(self) -> set[str]:
        """The names of every file that belongs."""
        return {part.file for part in self.listed}


def from_document(document: dict[str, Any], study_id: str) -> Manifest:
    """The manifest that `dataclasses.asdict` took apart. Raises Fault for that of another version."""
    try:
        return _manifest(document)
    except (KeyError, TypeError):
        raise Fault(
            f"What the store holds of {study_id} was written by another version of watchkeeper.",
            do="Use that version, or register the study and ingest its logs in a new store.",
        ) from None


def _manifest(document: dict[str, Any]) -> Manifest:
    files = (LogFile(**{**file, "rejects": _parts(file["rejects"])}) for file in document["files"])
    purged, ahead = document["purged"], document.get("ahead")
    return Manifest(
        **{
            **document,
            "segments": _parts(document["segments"]),
            "units": _parts(document["units"]),
            "files": tuple(files),
            "withdrawn": tuple(document["withdrawn"]),
            "purged": Purged(**purged) if purged else None,
            "ahead": Ahead(ahead["timing"], _parts(ahead["segments"]), _parts(ahead["units"]))
            if ahead
            else None,
        }
    )


def _parts(listed: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(**{**part, "beside": _parts(part.get("beside", []))}) for part in listed)


def without_beside(document: Any) -> Any:
    """A manifest that `dataclasses.asdict` took apart, without the files beside segments.

    >>> without_beside({"segments": [{"file": "a", "beside": []}]})
    {'segments': [{'file': 'a'}]}
    """
    if isinstance(document, dict):
        return {name: without_beside(held) for name, held in document.items() if name != "beside"}
    if isinstance(document, (list, tuple)):
        return [without_beside(held) for held in document]
    return document
