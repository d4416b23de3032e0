"""Range by range: a question is put to the events and units of each range, some at a time, and answered in order.

How many ranges there are follows from the events held, and each is answered on one thread: so an answer is the same
on any number of threads, and the memory that it takes does not grow with the study.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from experiments.engine import Written, engine
from experiments.heap import keep_freed_memory
from experiments.limits import limits
from experiments.log_columns import log_blocks
from experiments.sql import part
from experiments.unit_range import WHOLE, evenly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    import pyarrow as pa

    from experiments.engine import Engine
    from experiments.parquet_files import Files
    from experiments.unit_range import UnitRange

T = TypeVar("T")

EVENTS = 2_000_000  # of a range at most, as far as units are evenly spread
BY_UNIT = ("events", "units", "sums", "unsummed")  # what is read of the units of a range alone


class Ranges:
    """The engines that answer, each on one thread, and the `pieces` of the study that they are asked about."""

    def __init__(
        self,
        engines: list[Engine],
        pool: ThreadPoolExecutor,
        files: Mapping[str, Files],
        pieces: tuple[UnitRange, ...],
        checks: Mapping[str, Callable[[], object]],
        progress: Callable[[str], None],
    ) -> None:
        self.pieces = pieces
        self._files, self._checks, self._progress = files, dict(checks), progress
        self._ahead = len(engines) + 2
        self._pool = pool
        self._free: SimpleQueue[Engine] = SimpleQueue()
        for opened in engines:
            self._free.put(opened)

    def ask(self, query: exp.Query, pieces: tuple[UnitRange, ...] | None = None) -> Iterator[pa.Table]:
        """The answers to one SELECT about each range (or some of them), in the order of the ranges."""
        return self.each(query, _itself, pieces)

    def each(
        self, query: exp.Query, made: Callable[[pa.Table], T], pieces: tuple[UnitRange, ...] | None = None
    ) -> Iterator[T]:
        """What is `made` of each answer in the thread that got it, handed over in the order of ranges."""
        here = pieces or self.pieces
        written = Written(query if here == (WHOLE,) else cut(query))
        needed = {table.name for table in query.find_all(exp.Table)}
        self._check(needed)
        return self._in_order(partial(self._answer, written, made, needed), here)

    def blocks(self, names: Sequence[str], made: Callable[[Iterator[pa.Table]], T]) -> Iterator[T]:
        """What is `made` of the events of each range, as `log_blocks` reads them, in the order of ranges."""
        self._check({"events"})
        events = self._files["events"]
        return self._in_order(lambda piece: made(log_blocks(events, piece, names)), self.pieces)

    def _check(self, needed: set[str]) -> None:
        """See to it, once, that files which are about to be read are what was written."""
        for name in needed & self._checks.keys():
            self._checks.pop(name)()

    def _in_order(self, task: Callable[[UnitRange], T], pieces: tuple[UnitRange, ...]) -> Iterator[T]:
        """What a task says of each range, done by several threads and handed over in the order of ranges."""
        waiting: deque[Future[T]] = deque()
        ahead = iter(pieces)
        try:
            for number in range(1, len(pieces) + 1):
                # No more than a few answers are kept until their turn comes.
                soon = islice(ahead, self._ahead - len(waiting))
                waiting.extend(self._pool.submit(task, piece) for piece in soon)
                answer = waiting.popleft().result()
                if len(pieces) > 1:
                    self._progress(f"measuring: range {number} of {len(pieces)}")
                yield answer
        finally:
            for future in waiting:
                future.cancel()

    def added(self, query: exp.Query) -> dict[str, int]:
        """The whole numbers that a SELECT of one row answers with, added over the ranges; a gap is 0."""
        totals: dict[str, int] = {}
        for answer in self.ask(query):
            [row] = answer.to_pylist()
            for name, count in row.items():
                totals[name] = totals.get(name, 0) + int(count or 0)
        return totals

    def _answer(self, query: Written, made: Callable[[pa.Table], T], needed: set[str], piece: UnitRange) -> T:
        opened = self._free.get()
        try:
            opened.look_at({name: held.within(piece) for name, held in self._files.items() if name in needed})
            ends = {} if piece == WHOLE else {"low": str(piece.low), "high": str(piece.high)}
            return made(opened.ask(query, **ends))
        finally:
            self._free.put(opened)


def _itself(answer: pa.Table) -> pa.Table:
    return answer


@contextmanager
def ranges(
    files: Mapping[str, Files],
    events: int,
    *,
    checks: Mapping[str, Callable[[], object]] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Ranges]:
    """Ranges of a study with so many `events`, which `files` hold beside the list of `units`.

    A check is called before the first question to the files of its name.
    """
    keep_freed_memory()
    pieces = shared_out(events)
    workers = min(limits().threads, len(pieces))
    with ExitStack() as stack:
        engines = [stack.enter_context(engine(threads=1, may_read=files.values())) for _ in range(workers)]
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        yield Ranges(engines, pool, files, pieces, checks or {}, progress)


def shared_out(events: int) -> tuple[UnitRange, ...]:
    """The ranges in which a study with so many events is measured: a power of two, so that files end where they do.

    >>> len(shared_out(999_999)), len(shared_out(100_000_000))
    (1, 64)
    """
    return evenly(1 << max(0, -(-events // EVENTS) - 1).bit_length())


def cut(query: exp.Query) -> exp.Query:
    """A SELECT over `events` and `units` as one over those of a range, from `$low` to `$high`.

    Parquet's statistics tell which groups of rows have none of its units.
    """
    here = part("unit >= CAST($low AS UBIGINT) AND unit <= CAST($high AS UBIGINT)")

    def inside(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Table) and node.name in BY_UNIT:
            rows = exp.select("*").from_(node.name).where(here)
            return rows.subquery(node.alias or node.name)
        return node

    return query.transform(inside)
