"""Reading a table that somebody already has: CSV, compressed or not, or Parquet, with faults in one sentence."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

PARQUET_MARK = b"PAR1"
GZIP_MARK = b"\x1f\x8b"
ABSENT = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None", ".")  # a value that is missing


def read_table(path: Path, *, text: Iterable[str] = ()) -> pd.DataFrame:
    """The table in `path`, told apart by its first bytes. Raises Fault where it cannot be read.

    Columns of `text` are kept as written, so that an arm may be called None or NA.
    """
    import pandas as pd

    mark = _first_bytes(path)
    try:
        if mark.startswith(PARQUET_MARK):
            return pd.read_parquet(path)
        how: Any = {"compression": "gzip" if mark.startswith(GZIP_MARK) else None, "encoding": "utf-8-sig"}
        header = [str(column) for column in pd.read_csv(path, nrows=0, **how).columns]
        kept = set(header) & set(text)
        absent = {column: ABSENT for column in header if column not in kept}
        kinds = dict.fromkeys(kept, str)
        frame: pd.DataFrame = pd.read_csv(path, dtype=kinds, na_values=absent, keep_default_na=False, **how)
        return frame
    except pd.errors.EmptyDataError:
        raise _empty(path) from None
    except (ValueError, OSError, EOFError) as problem:  # pandas', Python's and Arrow's all descend from these
        raise Fault(
            f"{path.name} cannot be read as a table.",
            expected="a CSV file in UTF-8 with a header line, or a Parquet file",
            do="Export it again.",
        ) from problem


def digest(path: Path) -> str:
    """SHA-256 of the file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raises Fault where a column is absent, with the nearest name, or where the table has no rows."""
    known = [str(column) for column in frame.columns]
    for column in columns:
        if column not in known:
            raise Fault(
                f'The table has no column "{column}".',
                expected="one of " + ", ".join(known[:20]),
                do=did_you_mean(column, known),
            )
    if frame.empty:
        raise Fault("The table has a header but no rows.", expected="one row a unit", do="Export it again.")


def numbers(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column as numbers, empty cells as NaN. Raises Fault with the first line that holds anything else."""
    import pandas as pd

    values = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    wrong = values.isna() & frame[column].notna()
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2  # the header is line 1
        raise Fault(
            f'The column "{column}" holds text in line {line}.',
            expected="numbers, and nothing where a value is missing",
            do="Correct the cell, or name another column.",
        )
    return values


def labels(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """A column as text, whole numbers without a decimal point. Raises Fault where a cell is empty."""
    series = frame[column]
    if empty := int((series.isna() | (series == "")).sum()):
        raise Fault(
            f'The column "{column}" is empty in {empty:,} of {len(series):,} rows.',
            expected="a value in every row",
            do="Fill it in from the allocation list, or leave those rows out and say so.",
        )
    if series.dtype.kind == "f" and (series % 1 == 0).all():
        series = series.astype("int64")
    return series.astype("str")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mark = file.read(4)
    except FileNotFoundError:
        raise Fault(f"There is no file {path}.", do="Check the path.") from None
    except OSError as problem:
        raise Fault(f"{path} cannot be opened ({problem.strerror}).", do="Check the path.") from problem
    if not mark:
        raise _empty(path)
    return mark


def _empty(path: Path) -> Fault:
    return Fault(f"{path.name} is empty.", expected="a header line and one row a unit", do="Export it again.")
