"""Range by range: one question to the events and units of each range, two or more at a time, answered in order.

How many ranges there are follows from the events held, and each is answered on one thread: so an answer is the same on
any number of threads, and the memory that it takes does not grow with the study.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from typing import TYPE_CHECKING

from experiments.engine import engine
from experiments.limits import limits
from experiments.unit_range import evenly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyarrow as pa
    from sqlglot import exp

    from experiments.engine import Engine
    from experiments.parquet_files import Files
    from experiments.unit_range import UnitRange

EVENTS = 2_000_000  # of a range, about


def ranges(events: int) -> tuple[UnitRange, ...]:
    """The ranges in which a study with so many events is measured.

    >>> len(ranges(1_999_999)), len(ranges(100_000_000))
    (1, 50)
    """
    return evenly(max(1, -(-events // EVENTS)))


def asked(
    files: Mapping[str, Files], pieces: tuple[UnitRange, ...], question: Callable[[UnitRange], exp.Query]
) -> Iterator[pa.Table]:
    """The answers to a question about each range, in the order of the ranges."""
    workers = min(limits().threads, len(pieces))
    free: SimpleQueue[Engine] = SimpleQueue()

    def answer(piece: UnitRange) -> pa.Table:
        opened = free.get()
        try:
            return opened.ask(question(piece))
        finally:
            free.put(opened)

    with ExitStack() as stack:
        for _ in range(workers):
            free.put(stack.enter_context(engine(threads=1, files=files)))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        yield from pool.map(answer, pieces)
