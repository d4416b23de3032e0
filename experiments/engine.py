"""DuckDB, closed to the world outside: no files, no network, no extensions; it sees only what it is handed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault
from experiments.sql import DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from sqlglot import exp

LONGEST_MILLISECONDS = 600_000
BATCH = 131_072  # rows of an answer kept together; threads that read it again take one batch each


class Engine:
    """One connection over the Arrow tables and data sets that it was handed."""

    def __init__(self, **tables: Any) -> None:
        import duckdb

        self._connection = duckdb.connect()
        self._errors = (duckdb.OutOfMemoryException, duckdb.Error)
        for setting in _settings():
            self._connection.execute(setting)
        for name, table in tables.items():
            self.hand(name, table)
        # Only from here on nobody can open the connection up again.
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def hand(self, name: str, table: Any) -> None:
        """Let queries see an Arrow table or data set under `name`."""
        self._connection.register(name, table)

    def ask(self, query: exp.Expression, **values: Any) -> pa.Table:
        """The answer to one SELECT; `values` are bound to its `$names`.

        DuckDB's own messages quote data, so they stop here. Raises Fault where memory does not suffice.
        """
        too_large, any_error = self._errors
        try:
            relation = self._connection.sql(query.sql(dialect=DIALECT), params=values or None)
            answer: pa.Table = relation.to_arrow_table(BATCH)
        except too_large:
            raise Fault(
                "The study's log needs more memory than the engine may use.",
                do="Set WATCHKEEPER_MEMORY to more, such as 8GB.",
            ) from None
        except any_error as error:
            raise RuntimeError(f"a query could not be answered: {type(error).__name__}") from None
        return answer

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()


@contextmanager
def engine(**tables: Any) -> Iterator[Engine]:
    """An engine over `tables` that is closed at the end."""
    opened = Engine(**tables)
    try:
        yield opened
    finally:
        opened.close()


def _settings() -> tuple[str, ...]:
    """The settings, in an order that works: what is locked is locked last. Nothing is ever spilled to a disk."""
    return (
        "SET TimeZone = 'UTC'",
        f"SET memory_limit = '{_size(os.environ.get('WATCHKEEPER_MEMORY', '4GB'))}'",
        f"SET threads = {_threads(os.environ.get('WATCHKEEPER_THREADS', ''))}",
        "SET temp_directory = ''",
        "SET max_temp_directory_size = '0B'",
        f"SET max_execution_time = {LONGEST_MILLISECONDS}",
        "SET enable_progress_bar = false",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET allow_unsigned_extensions = false",
        "SET allow_extension_repositories = 'forbidden'",
        "SET allow_persistent_secrets = false",
    )


def _size(wanted: str) -> str:
    number, unit = wanted[:-2], wanted[-2:].upper()
    if unit not in ("MB", "GB") or not (number.isascii() and number.isdigit()):
        raise Fault("WATCHKEEPER_MEMORY is not a size.", expected="a whole number of MB or GB, such as 4GB")
    return f"{number}{unit}"


def _threads(wanted: str) -> int:
    if not wanted:
        return os.cpu_count() or 1
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= 256):
        raise Fault(
            "WATCHKEEPER_THREADS is not a number of threads.", expected="a whole number from 1 to 256"
        )
    return int(wanted)
