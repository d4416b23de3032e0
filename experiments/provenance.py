"""Which software computed a result: versions read from package metadata, without importing the packages."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import analysis
import experiments
from analysis.about import Provenance

PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "duckdb", "pyarrow")


def provenance(seed: int) -> Provenance:
    """The software that is running now; `created_at` is this instant in UTC, to the second."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Provenance(
        watchkeeper=_version("watchkeeper"),
        python=platform.python_version(),
        packages={package: _version(package) for package in PACKAGES},
        seed=seed,
        created_at=now,
    )


@cache
def code_fingerprint() -> str:
    """SHA-256 in hex of all that computes a result: the version, the libraries, and our own source.

    A clone that was updated has the same version number and may compute something else; a result kept under
    the old source must not be shown as if the new one had computed it.
    """
    digest = hashlib.sha256(repr([(package, _version(package)) for package in PACKAGES]).encode())
    for package in (analysis, experiments):
        for source in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
