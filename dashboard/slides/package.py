"""A presentation as bytes: the same for the same content, whatever the clock and the machine say."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a ZIP file can date
_MADE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP file whose bytes depend on nothing but the files' names and contents, in the order given."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return written.getvalue()


def steady(presentation: bytes, *, made_at: str) -> bytes:
    """The package written again without the moment of writing; its own dates become `made_at` (ISO 8601)."""
    day = f"{made_at[:19]}Z".encode()
    return packed(
        (name, steady(content, made_at=made_at) if name.endswith(".xlsx") else _dated(name, content, day))
        for name, content in _files(presentation)
    )


def _files(package: bytes) -> list[tuple[str, bytes]]:
    """The parts of a package, its list of contents first, as programs expect it."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = sorted(archive.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        return [(name, archive.read(name)) for name in names]


def _dated(name: str, content: bytes, day: bytes) -> bytes:
    return _MADE.sub(rb"\g<1>" + day + rb"\g<3>", content) if name == "docProps/core.xml" else content
