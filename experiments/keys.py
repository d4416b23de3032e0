"""The key that turns unit ids into pseudonyms: one a study, random, and never kept where the data are."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from experiments.durable import settle
from experiments.faults import Fault

BYTES = 32


def folder() -> Path:
    """Where keys are kept: WATCHKEEPER_KEYS, or else the user's configuration folder."""
    if chosen := os.environ.get("WATCHKEEPER_KEYS"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "watchkeeper" / "keys"


def make_key(study: str, *, store: Path) -> bytes:
    """The study's key, made if there is none yet (mode 600). Raises Fault where it would lie inside the store."""
    path = _outside(store) / f"{study}.key"
    try:
        if not path.exists():
            _write_new(path, secrets.token_hex(BYTES) + "\n")
    except OSError as error:
        raise Fault(
            f"The folder of keys, {path.parent}, cannot be written ({error.strerror or 'the system refused'}).",
            do="Set WATCHKEEPER_KEYS to a folder of your own, outside the store.",
        ) from error
    return read_key(study, store=store)


def _write_new(path: Path, content: str) -> None:
    """Put `content` at `path`, whole, readable by its owner alone, and never over a key that is there by then."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, unfinished = tempfile.mkstemp(dir=path.parent)  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()
    settle(path.parent)


def read_key(study: str, *, store: Path) -> bytes:
    """The study's key. Raises Fault where it is absent or damaged."""
    path = _outside(store) / f"{study}.key"
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise Fault(
            f"The key of {study} is not in {path.parent}.",
            do="Put it back from your backup, or set WATCHKEEPER_KEYS to the folder that holds it.",
        ) from None
    except (OSError, ValueError):
        key = b""
    if len(key) != BYTES:
        raise Fault(f"The key of {study} cannot be read.", do=f"Put {path} back from your backup.")
    return key


def study_key(study: str, *, store: Path, used: str = "") -> bytes:
    """The key to make pseudonyms with: made if none was `used` (its fingerprint) yet, and from then on that one.

    Raises Fault where it is absent or another one.
    """
    if not used:
        return make_key(study, store=store)
    key = read_key(study, store=store)
    if fingerprint(key) != used:
        raise Fault(
            f"The key of {study} is another one than its events were taken in with.",
            do="Set WATCHKEEPER_KEYS to the folder that holds the first key.",
        )
    return key


def remove_key(study: str, *, store: Path) -> None:
    """Remove the study's key: from then on nobody can tell which pseudonym an id had, in no copy of the store."""
    (_outside(store) / f"{study}.key").unlink(missing_ok=True)


def fingerprint(key: bytes) -> str:
    """What the store remembers of a key, to notice when another one is used; it tells nothing about the key."""
    return sha256(b"watchkeeper key fingerprint" + key).hexdigest()[:16]


def _outside(store: Path) -> Path:
    keys = folder()
    if keys.resolve().is_relative_to(store.resolve()):
        raise Fault(
            "The folder of keys lies inside the store.",
            expected="a folder elsewhere, so that a copy of the store carries no key",
            do="Set WATCHKEEPER_KEYS to another folder.",
        )
    return keys
