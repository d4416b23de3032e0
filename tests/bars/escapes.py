"""Attempts to get out of the engine, or to bring a statement into it: each fails or sees nothing."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from experiments.engine import Engine
from experiments.faults import Fault
from tests.bars.bar import Bar, Count
from tests.bars.scenes import at_home, say

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "the-content-of-a-file-outside"
FILES = """\
SELECT * FROM read_csv('{file}')
SELECT * FROM read_csv_auto('{file}')
SELECT * FROM read_text('{file}')
SELECT * FROM read_blob('{file}')
SELECT * FROM read_json('{file}')
SELECT * FROM read_json_objects('{file}')
SELECT * FROM read_ndjson_auto('{file}')
SELECT * FROM sniff_csv('{file}')
SELECT * FROM read_parquet('{parquet}')
SELECT * FROM parquet_scan('{parquet}')
SELECT * FROM parquet_metadata('{parquet}')
SELECT * FROM parquet_schema('{parquet}')
SELECT * FROM parquet_file_metadata('{parquet}')
SELECT * FROM parquet_kv_metadata('{parquet}')
SELECT * FROM read_duckdb('{file}')
SELECT * FROM glob('{folder}/*')
SELECT * FROM '{file}'
SELECT * FROM '{parquet}'
SELECT * FROM '{folder}/*.csv'
SELECT * FROM "{file}"
SELECT * FROM read_text('file://{file}')
SELECT * FROM read_text('/proc/self/environ')
SELECT * FROM read_text('/dev/stdin')
SELECT * FROM read_csv('/etc/passwd', sep=':', header=false)
SELECT getvariable('HOME')
SELECT getenv('WATCHKEEPER_KEYS')
SELECT * FROM read_text('http://127.0.0.1:{port}/x')
SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')
SELECT * FROM read_parquet('s3://bucket/x.parquet')
SELECT * FROM 'http://127.0.0.1:{port}/x.csv'
SELECT * FROM a_table_of_python
SELECT * FROM an_array_of_python
SELECT * FROM query('SELECT * FROM read_text(''{file}'')')
SELECT * FROM query_table('{file}')
SELECT * FROM duckdb_secrets()
SELECT * FROM which_secret('s3://x', 's3')
SELECT * FROM sqlite_scan('{file}', 'x')
SELECT * FROM postgres_scan('', '', '')
SELECT * FROM mysql_scan('', '', '')
SELECT * FROM iceberg_scan('{folder}')
SELECT * FROM delta_scan('{folder}')
SELECT * FROM st_read('{file}')
SELECT * FROM read_xlsx('{file}')
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM python_map_function(1)
SELECT * FROM pandas_scan(1)
SELECT load_aws_credentials()
SELECT write_log('x')
SELECT * FROM duckdb_logs()
SELECT * FROM checkpoint()
SELECT * FROM force_checkpoint()
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT content FROM read_text(''{file}'')'))
SELECT * FROM import_database('{folder}')
"""
STATEMENTS = """\
COPY handed TO '{folder}/out.csv'
COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)
COPY handed FROM '{file}'
COPY (SELECT 1) TO '/dev/stdout'
EXPORT DATABASE '{folder}/out'
IMPORT DATABASE '{folder}'
ATTACH '{folder}/out.db' AS other
ATTACH ':memory:' AS other
ATTACH 'http://127.0.0.1:{port}/x.db' AS other
DETACH memory
INSTALL httpfs
INSTALL httpfs FROM community
INSTALL '{file}'
LOAD httpfs
LOAD '{file}'
FORCE INSTALL json
UPDATE EXTENSIONS
SET lock_configuration = false
SET enable_external_access = true
SET python_enable_replacements = true
SET temp_directory = '{folder}/spilled'
SET home_directory = '{folder}'
SET secret_directory = '{folder}'
SET extension_directory = '{folder}'
SET log_query_path = '{folder}/queries'
SET memory_limit = '100GB'
SET threads = 64
SET max_execution_time = 0
SET allowed_directories = ['/']
SET allowed_paths = ['{file}']
SET disabled_filesystems = ''
SET VARIABLE x = 1
RESET memory_limit
RESET enable_external_access
PRAGMA enable_profiling
PRAGMA profile_output='{folder}/profile'
PRAGMA database_list
PRAGMA enable_logging
PRAGMA version
CALL enable_logging()
CALL duckdb_secrets()
CALL start_ui()
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
DROP SECRET s
CREATE TABLE kept AS SELECT 1
CREATE TEMP TABLE kept AS SELECT 1
CREATE VIEW kept AS SELECT 1
CREATE MACRO kept() AS 1
CREATE FUNCTION kept(a) AS a
CREATE SCHEMA kept
CREATE TYPE kept AS ENUM ('a')
CREATE SEQUENCE kept
INSERT INTO handed VALUES (1, 'x')
UPDATE handed SET word = 'x'
DELETE FROM handed
DROP TABLE handed
DROP VIEW handed
ALTER TABLE handed ADD COLUMN x INTEGER
TRUNCATE handed
VACUUM
ANALYZE
CHECKPOINT
BEGIN
COMMIT
ROLLBACK
USE memory
PREPARE p AS SELECT 1
EXECUTE p
EXPLAIN ANALYZE SELECT 1
SUMMARIZE handed
DESCRIBE handed
SHOW TABLES
SHOW ALL TABLES
COMMENT ON TABLE handed IS 'x'
"""
BESIDE = """\
SELECT 1; COPY handed TO '{folder}/out.csv'
SELECT 1; SET lock_configuration = false
SELECT 1; SELECT 2
"""
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it tells of each statement that it does not know
a_table_of_python = pa.table({"word": [SECRET]})


def probes(folder: Path, port: int) -> Iterator[tuple[str, str]]:
    """Every probe with its kind."""
    places = {
        "file": folder / "secret.csv",
        "parquet": folder / "secret.parquet",
        "folder": folder,
        "port": port,
    }
    for kind, texts in (("reads", FILES), ("statements", STATEMENTS), ("statements", BESIDE)):
        for text in texts.splitlines():
            yield kind, text.format(**places)


def run(folder: Path, tries: int) -> Count:
    """Try every probe `tries` times, each on an engine of its own."""
    count = Count()
    at_home(folder)
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text(f"word\n{SECRET}\n", encoding="utf-8")
    from pyarrow import parquet

    parquet.write_table(a_table_of_python, outside / "secret.parquet")
    before = _lying_in(outside)
    calls: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hear, args=(server, calls), daemon=True).start()
        for _ in range(tries):
            for kind, text in probes(outside, server.getsockname()[1]):
                _probe(count, kind, text)
    count.hold(not calls, "a probe reached the network")
    count.hold(_lying_in(outside) == before, "a probe wrote a file")
    _limits(count)
    _through_the_door(count, folder / "door")
    return count


def _lying_in(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(p), p.stat().st_size if p.is_file() else 0) for p in folder.rglob("*"))


def _hear(server: socket.socket, calls: list[bytes]) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        calls.append(b"called")
        caller.close()


def _probe(count: Count, kind: str, text: str) -> None:
    """What is no SELECT is refused; past that guard, a statement still fails or shows nothing from outside."""
    count.add(f"probes ({kind})")
    if kind == "statements":
        try:
            refused = _asked(count, text, parse_one(text, dialect="duckdb")) is None
        except SqlglotError:
            refused = True
        count.add("statements refused", int(refused))
        count.hold(refused, f"{text}: a statement that is no SELECT was let through")
    shown = _asked(count, text, _Raw(text))
    count.add("probes past the guard that fail", int(shown is None))
    leaked = any(part in (shown or "") for part in (SECRET, "root:", os.environ["WATCHKEEPER_KEYS"]))
    count.hold(not leaked, f"{text}: it answers {(shown or '')[:80]}")


def _asked(count: Count, text: str, query: exp.Expression) -> str | None:
    """The answer; None where there is none, and then nothing was quoted."""
    an_array_of_python = pa.table({"word": [SECRET]})
    opened = Engine(threads=1, handed=pa.table({"number": [1], "word": ["inside"]}))
    try:
        answer = opened.ask(query)
    except (RuntimeError, ValueError, Fault) as error:
        quoted = any(part in str(error) for part in (SECRET, "secret.csv", "LINE 1", "inside"))
        count.hold(not quoted, f"{text}: the message quotes: {error}")
        return None
    else:
        return str(answer.to_pylist()) if answer is not None else ""
    finally:
        opened.close()
        del an_array_of_python


class _Raw(exp.Select):
    """Text that passes for a SELECT: what would come by if the guard could be deceived."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def sql(self, *_: Any, **__: Any) -> str:
        """The text as it is."""
        return self._text


def _limits(count: Count) -> None:
    """Memory is bounded: a query that would take more is told as a fault, and soon."""
    os.environ["WATCHKEEPER_MEMORY"] = "64MB"
    opened = Engine()
    began = time.monotonic()
    try:
        opened.ask(_Raw("SELECT range, hash(range) FROM range(5000000) ORDER BY hash(range)"))
    except Fault as fault:
        count.add("limits that hold")
        count.hold("WATCHKEEPER_MEMORY" in str(fault), f"the limit of memory is told as {fault}")
    except RuntimeError as error:
        count.hold(False, f"the limit of memory is told as {error}")
    else:
        count.hold(False, "64 MB suffice to sort five million rows")
    finally:
        opened.close()
        del os.environ["WATCHKEEPER_MEMORY"]
    count.hold(time.monotonic() - began < 60, "the limit of memory takes more than a minute")


INJECTED = (
    "x'; COPY raw TO 'out.csv'; --",
    'x"; DROP TABLE raw; --',
    "$key",
    "x') OR 1=1 --",
    "read_text('/etc/passwd')",
    "{{7*7}}",
    "../../etc/passwd",
)


def _through_the_door(count: Count, folder: Path) -> None:
    """Study files and logs whose names and values are SQL are refused, or are names and values like any other."""
    from tests.bars.scenes import DECLARED, FIRST

    at_home(folder)
    good = folder / "study.yaml"
    good.write_text(DECLARED, encoding="utf-8")
    log = folder / "log.csv"
    log.write_text(FIRST, encoding="utf-8")
    for command in (("register", str(good)), ("ingest", "small", str(log))):
        code, text = say(folder, *command)
        count.hold(code == 0, f"{command[0]} ends with {code}: {text}")
    for text in INJECTED:
        quoted = "'" + text.replace("'", "''") + "'"
        for place in ("[country]", "clicked,", "event: click", "study: small", "none:"):
            name = place.removeprefix("event: ").removeprefix("study: ").strip("[],:")
            hostile = folder / "hostile.yaml"
            hostile.write_text(DECLARED.replace(place, place.replace(name, quoted)), encoding="utf-8")
            count.add("hostile study files")
            code, said = say(folder, "register", str(hostile))
            count.hold(code == 1 and "Traceback" not in said, f"{place} as {text}: {code} {said[:200]}")
        for line in (f'"{text}",2026-03-05,click,,,', f'u1,"{text}",click,,,', f'u1,2026-03-05,"{text}",,,'):
            header = FIRST.splitlines()[0]
            log.write_text(f"{header}\n{line.replace(chr(34) + 'x' + chr(34), 'x')}\n", encoding="utf-8")
            count.add("hostile logs")
            code, said = say(folder, "ingest", "small", str(log))
            count.hold(code in (0, 1) and "Traceback" not in said, f"{line}: {code} {said[:200]}")
            count.hold(text not in said, f"{line}: the message quotes it")
    hostile = folder / "x'; COPY raw TO 'out.csv'; --.csv"
    hostile.write_text(FIRST, encoding="utf-8")
    code, said = say(folder, "ingest", "small", str(hostile))
    count.hold(code == 0, f"a log with a hostile name ends with {code}: {said}")
    code, said = say(folder, "analyze", "small")
    count.hold(code == 0, f"the analysis ends with {code}: {said}")
    count.hold(not list(folder.rglob("out.csv")), "a log wrote a file")


BAR = Bar(
    "escapes",
    "attempts to get out of the engine: each fails or sees nothing",
    short=1,
    full=3,
    run=run,
)
