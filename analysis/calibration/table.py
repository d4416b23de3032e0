"""The calibration's table: a row a cell, kept in the repository and shown beside each estimator."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass, fields
from functools import cache
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.calibration.cell import Band, Cell
    from analysis.calibration.replicates import Tally

KEPT = Path(__file__).parents[1] / "calibration_table.csv"
CHANCE = 2.0  # Monte Carlo standard errors by which a figure may lie outside of its band
UNITS = (
    "false positives, coverage and band (of false positives) in per cent, with Monte Carlo standard errors; "
    "bias on the primary scale, of ratios that of the logarithm; refused in per cent; milliseconds of one fit"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One cell's figures, rounded as they are kept; None where a figure does not apply.

    Shares are in per cent, `bias` is on the outcome's primary scale (of a ratio: of its logarithm).
    """

    estimator: str
    kind: str
    design: str
    replicates: int
    false_positives: float | None
    false_positives_error: float | None
    coverage: float | None
    coverage_error: float | None
    bias: float | None
    bias_error: float | None
    refused: float
    band_low: float
    band_high: float
    holds: str
    milliseconds: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What its cell is known by."""
        return self.estimator, self.kind, self.design


def row(cell: Cell, tally: Tally, *, replicates: int) -> Row:
    """What the replicates of a cell say."""
    found, found_error = _share(tally.found, tally.tested)
    covered, covered_error = _share(tally.covered, tally.told)
    bias, bias_error = _mean(tally.errors, tally.squares, tally.estimated)
    return Row(
        *cell.key,
        replicates,
        found,
        found_error,
        covered,
        covered_error,
        bias,
        bias_error,
        round(100 * tally.refused / max(tally.fits, 1), 2),
        *cell.band,
        standing(cell.band, found=(found, tally.tested), missed=(_rest(covered), tally.told)),
        round(1000 * tally.seconds / max(tally.fits, 1), 2),
    )


def standing(band: Band, *, found: tuple[float | None, int], missed: tuple[float | None, int]) -> str:
    """Whether false positives and missed truths (per cent, and out of how many) keep the band.

    "within chance" is outside of it by at most `CHANCE` Monte Carlo standard errors, "no" by more; with no count
    to be out of, nothing is known.

    >>> standing((4.0, 6.0), found=(5.0, 4000), missed=(6.5, 4000))
    'within chance'
    >>> standing((4.0, 6.0), found=(7.0, 4000), missed=(5.0, 4000))
    'no'
    """
    marks = [_mark(share, n, band) for share, n in (found, missed) if share is not None]
    return next((mark for mark in ("no", "within chance", "yes") if mark in marks), "not tested")


def _mark(share: float, n: int, band: Band) -> str:
    low, high = band
    if low <= share <= high:
        return "yes"
    edge = low if share < low else high
    error = 100 * sqrt(edge / 100 * (1 - edge / 100) / n) if n else 0.0
    return "within chance" if abs(share - edge) <= CHANCE * error else "no"


def _share(part: int, whole: int) -> tuple[float | None, float | None]:
    if not whole:
        return None, None
    share = part / whole
    return round(100 * share, 2), round(100 * sqrt(share * (1 - share) / whole), 2)


def _rest(coverage: float | None) -> float | None:
    return None if coverage is None else round(100 - coverage, 2)


def _mean(total: float, squares: float, n: int) -> tuple[float | None, float | None]:
    if n < 2:
        return None, None
    mean = total / n
    variance = max(squares / n - mean * mean, 0.0) * n / (n - 1)
    return float(f"{mean:.3g}"), float(f"{sqrt(variance / n):.2g}")


def read(path: Path = KEPT) -> list[Row]:
    """The rows of a table; none where there is no such file."""
    if not path.exists():
        return []
    return _parsed(path.read_text(encoding="utf-8"))


@cache
def kept() -> tuple[Row, ...]:
    """The rows of the table that is part of the project."""
    return tuple(read())


def made() -> str:
    """How the kept table was made: command, version and date; empty where there is none."""
    if not KEPT.exists():
        return ""
    with KEPT.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").split("; false positives")[0].strip()


def write(path: Path, rows: Iterable[Row], *, made_by: str) -> None:
    """The rows by estimator, kind and the order of the grid, under a line on how they were made."""
    text = io.StringIO()
    text.write(f"# {made_by}; {UNITS}\n")
    writer = csv.DictWriter(text, [part.name for part in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _written(value) for name, value in asdict(row).items()} for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def line(found: Row) -> str:
    """A row in words, for a terminal."""

    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    return (
        f"{found.estimator}, {found.kind}, {found.design}: false positives {figure(found.false_positives)} %, "
        f"coverage {figure(found.coverage)} %, bias {found.bias} (error {found.bias_error}), "
        f"{found.milliseconds} ms, band {found.band_low:g} to {found.band_high:g} %: {found.holds}"
    )


def _written(value: object) -> object:
    return "" if value is None else value


def _parsed(text: str) -> list[Row]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [_row(record) for record in csv.DictReader(lines)]


def _row(record: dict[str, str]) -> Row:
    def known(name: str) -> float | None:
        return float(record[name]) if record[name] else None

    return Row(
        estimator=record["estimator"],
        kind=record["kind"],
        design=record["design"],
        replicates=int(record["replicates"]),
        false_positives=known("false_positives"),
        false_positives_error=known("false_positives_error"),
        coverage=known("coverage"),
        coverage_error=known("coverage_error"),
        bias=known("bias"),
        bias_error=known("bias_error"),
        refused=float(record["refused"]),
        band_low=float(record["band_low"]),
        band_high=float(record["band_high"]),
        holds=record["holds"],
        milliseconds=float(record["milliseconds"]),
    )
