"""DuckDB, closed to the world outside: no network, no extensions; it sees only files and tables handed to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from experiments.arrays import empty
from experiments.aside import Aside
from experiments.faults import Fault
from experiments.limits import MEMORY, TEMPORARY, TEMPORARY_SIZE, TIME, limits
from experiments.parquet_files import listed
from experiments.sql import DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from experiments.limits import Limits
    from experiments.parquet_files import Files

BATCH = 16_384  # rows of an answer kept together: few enough to stay near the processor


class Written:
    """One SELECT as text, for a question that is asked again and again. Raises ValueError for anything else."""

    def __init__(self, query: exp.Expression) -> None:
        if not isinstance(query, exp.Query) or query.find(exp.DML, exp.DDL, exp.Command):
            raise ValueError("the engine answers nothing but one SELECT")
        self.text = query.sql(dialect=DIALECT)


class Engine:
    """One connection over the Arrow tables and data sets that it was handed, and the Parquet files it may read.

    `files` are read under their names, those it `may_read` once it is told to `look_at` them, and no other file is;
    who writes is refused before DuckDB is asked.
    `threads` is how many it uses, else what `experiments.limits` say. Where `spills`, rows that memory does not
    hold are put aside in a private folder: never for rows that still hold ids as a log has them.
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        spills: bool = False,
        files: Mapping[str, Files] | None = None,
        may_read: Iterable[Files] = (),
        **tables: Any,
    ) -> None:
        import duckdb

        self._duckdb, self._limits = duckdb, limits()
        self._aside = Aside(self._limits.temporary) if spills else None
        self._connection = duckdb.connect()
        for setting in _settings(self._limits, threads, self._aside):
            self._connection.execute(setting)
        for name, table in tables.items():
            self.hand(name, table)
        paths = [path for held in (*(files or {}).values(), *may_read) for path in held.paths]
        self._connection.execute(f"SET allowed_paths = {listed(paths).sql(dialect=DIALECT)}")
        self.look_at(files or {})
        # Only from here on nobody can open the connection up again.
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def hand(self, name: str, table: Any) -> None:
        """Let queries see an Arrow table or data set under `name`."""
        self._connection.register(name, table)

    def look_at(self, files: Mapping[str, Files]) -> None:
        """Let queries see files under their names; nothing is read yet but which columns there are.

        They are among those that the engine may read.
        """
        for name, held in files.items():
            if held.paths:
                query = held.query().sql(dialect=DIALECT)
                try:
                    self._connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}')
                except self._duckdb.Error as error:
                    raise self._told(error) from None
            else:
                self._connection.execute(f'DROP VIEW IF EXISTS "{name}"')  # that of another range's files
                self.hand(name, empty(held.schema))

    def ask(self, query: exp.Expression | Written, **values: Any) -> pa.Table:
        """The answer to one SELECT; `values` are bound to its `$names`.

        DuckDB's own messages quote data, so they stop here. Raises Fault where memory, temporary space or time
        does not suffice, ValueError for a statement that is no query.
        """
        written = query if isinstance(query, Written) else Written(query)
        try:
            relation = self._connection.sql(written.text, params=values or None)
            answer: pa.Table = relation.to_arrow_table(BATCH)
        except self._duckdb.Error as error:
            raise self._told(error) from None
        return answer

    def close(self) -> None:
        """Let go of the memory, and of what was put aside."""
        self._connection.close()
        if self._aside is not None:
            self._aside.remove()

    def _told(self, error: Exception) -> Exception:
        """What to say of DuckDB's error, without its words."""
        if isinstance(error, self._duckdb.OutOfMemoryException):
            if self._aside is not None and "max_temp_directory_size" in str(error):
                return Fault(
                    f"The study's log needs more temporary space than {TEMPORARY_SIZE} allows"
                    f" ({self._limits.temporary_size}).",
                    do=f"Set {TEMPORARY_SIZE} or {MEMORY} to more.",
                )
            return Fault(
                f"The study's log needs more memory than the engine may use ({self._limits.memory}).",
                do=f"Set {MEMORY} to more, such as 8GB.",
            )
        if isinstance(error, self._duckdb.InterruptException):
            return Fault(
                f"A question to the study's log took longer than {TIME} allows ({self._limits.seconds:,} seconds).",
                do=f"Set {TIME} to more seconds.",
            )
        if self._aside is not None and isinstance(error, self._duckdb.IOException):
            return Fault(
                "Rows could not be put aside in the folder for temporary files.",
                do=f"Make room there, or set {TEMPORARY} to a folder with more, or {MEMORY} to more.",
            )
        return RuntimeError(f"a query could not be answered: {type(error).__name__}")


@contextmanager
def engine(
    *,
    threads: int | None = None,
    spills: bool = False,
    files: Mapping[str, Files] | None = None,
    may_read: Iterable[Files] = (),
    **tables: Any,
) -> Iterator[Engine]:
    """An engine over `tables` and `files` that is closed at the end."""
    opened = Engine(threads=threads, spills=spills, files=files, may_read=may_read, **tables)
    try:
        yield opened
    finally:
        opened.close()


def _settings(allowed: Limits, threads: int | None, aside: Aside | None) -> tuple[str, ...]:
    """The settings, in an order that works: what is locked is locked last."""
    folder = exp.Literal.string(str(aside.path) if aside else "").sql(dialect=DIALECT)
    return (
        "SET TimeZone = 'UTC'",
        f"SET memory_limit = '{allowed.memory}'",
        f"SET threads = {threads or allowed.threads}",
        f"SET temp_directory = {folder}",
        f"SET max_temp_directory_size = '{allowed.temporary_size if aside else '0B'}'",
        f"SET max_execution_time = {allowed.seconds * 1000}",
        "SET enable_progress_bar = false",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET allow_unsigned_extensions = false",
        "SET allow_extension_repositories = 'forbidden'",
        "SET allow_persistent_secrets = false",
    )
