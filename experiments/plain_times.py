"""Times in their plain form (2026-03-01T10:00:00Z, or times already), read a column at once; others are for SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

LENGTH = len("2026-03-01T10:00:00Z")
SIGNS = {4: b"-", 7: b"-", 10: b"T ", 13: b":", 16: b":", 19: b"Zz"}
FIRST_YEAR, LAST_YEAR = 1990, 2099
MONTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def plain_times(texts: pa.ChunkedArray) -> tuple[NDArray[Any], pa.Array]:
    """Which cells of a column of text are times in the plain form, and those as instants in UTC (microseconds).

    A column of times (microseconds) that count in UTC is one of plain cells. A cell that is not, or that is no time
    of the years 1990 to 2099, is left to whoever reads all forms.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_timestamp(texts.type):
        return _of_our_years(texts)
    plain = compute.fill_null(compute.equal(compute.binary_length(texts), LENGTH), fill_value=False)
    chosen = (texts if compute.all(plain).as_py() else texts.filter(plain)).combine_chunks()
    if len(chosen) == len(texts) and (instants := _by_arrow(chosen)) is not None:
        return np.ones(len(texts), dtype=np.bool_), instants
    places = np.flatnonzero(numbers(plain.cast(pa.uint8())))
    signs = _signs(chosen)
    valid = np.ones(signs.shape[1], dtype=np.bool_)
    for place, allowed in SIGNS.items():
        valid &= np.logical_or.reduce([signs[place] == sign for sign in allowed])
    digits = signs[[place for place in range(LENGTH) if place not in SIGNS]] - np.uint8(ord("0"))
    valid &= (digits <= 9).all(axis=0)
    year, month, day, hour, minute, second = _numbers(digits.astype(np.int32))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = np.array(MONTHS)[np.clip(month, 0, 12)] + (leap & (month == 2))
    valid &= (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)
    valid &= (day >= 1) & (day <= longest) & (hour < 24) & (minute < 60) & (second < 60)
    months = ((year - 1970) * 12 + month - 1)[valid].astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day[valid] - 1
    seconds = days.astype(np.int64) * 86_400 + (hour * 3600 + minute * 60 + second)[valid]
    found = np.zeros(len(texts), dtype=np.bool_)
    found[places[valid]] = True
    return found, column(seconds * 1_000_000).cast(pa.timestamp("us", "UTC"))


def _of_our_years(times: pa.ChunkedArray) -> tuple[NDArray[Any], pa.Array]:
    """Which times are there and of our years, and those as instants."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    instants = times.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    plain = compute.fill_null(_ours(instants), fill_value=False)
    chosen = instants.filter(plain).combine_chunks()
    return numbers(plain.cast(pa.uint8())).astype(np.bool_), chosen


def _ours(instants: pa.Array) -> pa.Array:
    """Which instants are of the years 1990 to 2099."""
    import pyarrow as pa
    from pyarrow import compute

    kind = pa.timestamp("us", "UTC")
    begin, end = (pa.scalar(f"{year}-01-01T00:00:00Z").cast(kind) for year in (FIRST_YEAR, LAST_YEAR + 1))
    return compute.and_(compute.greater_equal(instants, begin), compute.less(instants, end))


def _by_arrow(texts: pa.Array) -> pa.Array | None:
    """Texts of the plain form's length as Arrow reads them; None unless each is a time of our years.

    Arrow knows no other form of that length with a zone, and wants the zone.
    """
    import pyarrow as pa
    from pyarrow import compute

    kind = pa.timestamp("us", "UTC")
    try:
        instants = texts.cast(kind)
    except pa.ArrowInvalid:
        return None
    return instants if compute.all(_ours(instants)).as_py() else None


def _signs(texts: pa.Array) -> NDArray[Any]:
    """The bytes of texts that are all of the plain form's length: a column each."""
    import numpy as np

    _, offsets, content = texts.buffers()
    if not len(texts):
        return np.zeros((LENGTH, 0), dtype=np.uint8)
    kind = np.dtype(np.int64 if str(texts.type).startswith("large") else np.int32)
    first = int(np.frombuffer(offsets, kind, count=1, offset=texts.offset * kind.itemsize)[0])
    signs: NDArray[Any] = np.frombuffer(content, np.uint8, count=len(texts) * LENGTH, offset=first)
    return np.ascontiguousarray(signs.reshape(-1, LENGTH).T)


def _numbers(digits: NDArray[Any]) -> list[NDArray[Any]]:
    """Year, month, day, hour, minute and second from their digits."""
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    return [year, *(digits[place] * 10 + digits[place + 1] for place in range(4, 14, 2))]
