"""One table of all rows of a simulated log, under the column names of the study's own log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from experiments.simulation.rows import Rows
    from experiments.simulation.trial import Whole
    from experiments.study import DeclaredLog

    Table = Any  # pyarrow's, which comes without types

ORDER = (
    *("unit", "occurred_at", "event", "session", "arm", "cluster", "period"),
    *("value", "instrument", "item", "wave"),
)
EMPTY = -1  # the code, session or item of a row that has none


def table(rows: Sequence[Rows], log: DeclaredLog, names: Mapping[str, Sequence[str]]) -> Table:
    """All rows in order of unit and time under the log's own column names.

    `names` lists, for each column of codes, what its codes stand for. `occurred_at` is still in seconds.
    """
    import pyarrow as pa

    unit = np.concatenate([r.unit for r in rows])
    at = np.concatenate([r.at for r in rows])
    order = np.lexsort((at, unit))
    columns: dict[str, Any] = {"unit": decoded(unit[order], names["unit"]), "occurred_at": at[order]}
    events = [*dict.fromkeys(r.event for r in rows)]
    codes = np.repeat([events.index(r.event) for r in rows], [len(r.unit) for r in rows])
    columns["event"] = decoded(codes[order], events)
    for name in dict.fromkeys(name for r in rows for name in r.words):
        words = [*dict.fromkeys(r.words[name] for r in rows if name in r.words)]
        code = [words.index(r.words[name]) if name in r.words else EMPTY for r in rows]
        columns[name] = decoded(np.repeat(code, [len(r.unit) for r in rows])[order], words)
    for name in dict.fromkeys(name for r in rows for name in r.codes):
        columns[name] = decoded(_joined(rows, name, "codes")[order], names[name])
    for name in dict.fromkeys(name for r in rows for name in r.numbers):
        numbers = _joined(rows, name, "numbers")[order]
        columns[name] = pa.array(numbers, mask=np.isnan(numbers) if name == "value" else numbers == EMPTY)
    ordered = [*(n for n in ORDER if n in columns), *(n for n in columns if n not in ORDER)]
    return pa.table({log.theirs(name): columns[name] for name in ordered})


def decoded(codes: Whole, words: Sequence[str]) -> Any:
    """A column of words from codes; nothing stands where the code is `EMPTY`."""
    import pyarrow as pa

    indices = pa.array(codes.astype(np.int32), mask=codes == EMPTY)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _joined(rows: Sequence[Rows], name: str, part: str) -> Any:
    """One column over all rows: NaN or `EMPTY` where an event has none."""
    nothing = np.nan if name == "value" else EMPTY
    held = [getattr(r, part).get(name) for r in rows]
    columns = [np.full(len(r.unit), nothing) if c is None else c for r, c in zip(rows, held, strict=True)]
    return np.concatenate(columns)
