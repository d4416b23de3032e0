"""Which software computed a result: versions read from package metadata, without importing the packages."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

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


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
