"""Screening: every row is judged by itself, typed, and its ids turned into pseudonyms.

Rows in the plain form are judged by what they share (`plain_rows`), all others in one SELECT that reads every form.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

from experiments.arrays import column as places
from experiments.arrays import empty, flags, numbers
from experiments.engine import Written
from experiments.event_key import event_keys
from experiments.events import stored, theirs, vocabulary
from experiments.keyed import keyed_numbers
from experiments.plain_numbers import plain_numbers
from experiments.plain_rows import PlainRows
from experiments.plain_times import plain_times
from experiments.pseudonyms import people, units
from experiments.row_rules import LEFT_BEHIND, WITHDRAWN, row_rules
from experiments.sql import column, named, part
from experiments.words import as_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.rejects import Reason
    from experiments.row_rules import Rule
    from experiments.study import Study

OFFSET = "([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
INSTANT = (
    f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,9}})?)?{OFFSET}?)?"
)
WITH_OFFSET = f".*:.*{OFFSET}"
NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"


KEYED = ("event_id", "session")  # ids that are compared within a study, and never said
TEXTS = ("unit", "occurred_at", "value", *KEYED)  # all other columns hold words

Clock = Literal["text", "wall", "instant"]  # a column of text, of local times or of times with a zone


class Screen:
    """The rules of one study, and the SELECT that applies them to rows of text."""

    def __init__(self, study: Study, key: bytes, withdrawn: Sequence[str] = ()) -> None:
        self.study = study
        self.vocabulary = vocabulary(study)
        self.rules = row_rules(study, self.vocabulary)
        self.reasons = [self.in_their_words((r.column, r.found, r.expected)) for r in self.rules]
        self.left_behind = next(i for i, rule in enumerate(self.rules) if rule.found == LEFT_BEHIND)
        self.withdrawn = next(i for i, rule in enumerate(self.rules) if rule.found == WITHDRAWN)
        self._key, self._tombstones = key, withdrawn
        self._queries: dict[Clock, Written] = {}
        padded, label = key.ljust(64, b"\0"), sha256(b"labels" + key).digest()
        self._id_keys = {name: sha256(label + f"{name}=".encode()).digest()[:16] for name in KEYED}
        words = [name for name in self.vocabulary.columns if name not in TEXTS]
        self._plain = PlainRows(self.rules, words, units(study), _items(self.vocabulary))
        self._keys = {
            "inner": bytes(byte ^ 0x36 for byte in padded),
            "outer": bytes(byte ^ 0x5C for byte in padded),
        }

    def screened(self, engine: Engine, rows: pa.Table) -> pa.Table:
        """The typed rows with their `line`, their unit's `serial`, the key of `event_id` (null without one) and a
        `verdict`: the index of the first broken rule, or -1.

        `rows` holds text in every column of the vocabulary (in `occurred_at` also times), and `line` as a number.
        """
        import numpy as np
        import pyarrow as pa

        for name in ("unit", *KEYED):
            if name in rows.column_names and not pa.types.is_string(rows.schema.field(name).type):
                rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(pa.string()))
        for name in KEYED:
            if name in rows.column_names:
                numbered = keyed_numbers(rows[name], self._id_keys[name])
                rows = rows.set_column(rows.schema.get_field_index(name), name, numbered)
        if _clock(rows.schema.field("occurred_at").type) == "wall" and self.study.log.time_zone != "UTC":
            return self._judged(engine, rows)
        timed, instants = plain_times(rows["occurred_at"])
        valued, found = plain_numbers(rows["value"])
        plain = timed & valued
        if plain.all():
            return self._at_once(engine, rows, instants, found)
        if not plain.any():
            return self._judged(engine, rows)
        chosen = flags(plain)
        quick = self._at_once(
            engine, rows.filter(chosen), instants.filter(flags(plain[timed])), found.filter(chosen)
        )
        both = pa.concat_tables([quick, self._judged(engine, rows.filter(flags(~plain))).cast(quick.schema)])
        return both.take(places(np.argsort(numbers(both["line"]), kind="stable")))

    def _at_once(self, engine: Engine, rows: pa.Table, instants: pa.Array, found: pa.Array) -> pa.Table:
        """Rows in their plain form, their times and numbers read already."""
        import pyarrow as pa

        engine.hand("withdrawn", self._list())
        cells = {name: rows[name] for name in ("line", *KEYED) if name in rows.column_names}
        cells |= {"occurred_at": instants.cast(pa.timestamp("us")), "value": found}
        cells |= self._plain.judged(engine, rows, found, self._keys)
        if "place" in cells:
            cells["item"] = cells.pop("place")
        return pa.table({name: cells[name] for name in self._names()})

    def _names(self) -> tuple[str, ...]:
        return ("line", "verdict", *stored(self.vocabulary).names[:-1], "serial", "event_id")

    def _judged(self, engine: Engine, rows: pa.Table) -> pa.Table:
        """Rows in any form, judged by one SELECT."""
        clock = _clock(rows.schema.field("occurred_at").type)
        if clock not in self._queries:
            self._queries[clock] = Written(_query(self.study, self.vocabulary, self.rules, clock))
        engine.hand("raw", rows)
        engine.hand("withdrawn", self._list())
        judged = engine.ask(self._queries[clock], **self._keys)
        for name in self._plain.words:
            if name != "item":
                judged = judged.set_column(judged.schema.get_field_index(name), name, as_words(judged[name]))
        return judged

    def people(self, engine: Engine, ids: pa.Table) -> pa.Table:
        """The numbers (`pseudonym`) and tombstones of ids as the log has them, from a column `unit`."""
        engine.hand("raw", ids)
        engine.hand("withdrawn", self._list())
        query = exp.select("pseudonym", "tombstone").distinct().from_(people(self.study).subquery("people"))
        keys = {name: self._keys[name] for name in ("inner", "outer")}
        return engine.ask(query, **keys)

    def _list(self) -> pa.Table:
        """The tombstones of those who withdrew."""
        import pyarrow as pa

        if not self._tombstones:
            return empty(pa.schema([("tombstone", pa.string())]))
        return pa.table({"tombstone": pa.array(self._tombstones, pa.string())})

    def with_keys(self, rows: pa.Table) -> pa.Table:
        """Well-formed rows beside the key of each event."""
        columns = stored(self.vocabulary).names[:-1]
        keys = event_keys(rows, rows["event_id"], columns, self._key)
        return rows.drop_columns(["event_id"]).append_column("event_key", keys)

    def in_their_words(self, reason: Reason) -> Reason:
        """A reason with the column's name as the study's log has it."""
        return (theirs(self.study, reason[0]), *reason[1:])


def _clock(kind: pa.DataType) -> Clock:
    """How a column tells the time."""
    import pyarrow as pa

    if not pa.types.is_timestamp(kind):
        return "text"
    return "instant" if kind.tz else "wall"


def _query(study: Study, vocabulary: Vocabulary, rules: tuple[Rule, ...], clock: Clock) -> exp.Select:
    """SELECT line, verdict and the typed columns FROM the rows of text."""
    cells = exp.select("line", *(_cell(name, clock) for name in vocabulary.columns)).from_("raw")
    typed = exp.select("*", *(named(e, name) for name, e in _typed(study, vocabulary, clock).items()))
    verdict = exp.Case()
    for index, rule in enumerate(rules):
        verdict = verdict.when(rule.broken, exp.Literal.number(index))
    kept = [named(_kept(name), name) for name in stored(vocabulary).names[:-1]]
    return (
        exp.select("line", named(verdict.else_(exp.Literal.number(-1)), "verdict"), *kept)
        .select(part("people.serial"), "event_id")
        .from_("typed")
        .join("people", on=part("typed.unit = people.id"), join_type="left")
        .with_("cells", as_=cells)
        .with_("typed", as_=typed.from_("cells"))
        .with_("people", as_=people(study))
    )


def _cell(name: str, clock: Clock) -> exp.Expression:
    if name in KEYED or (name == "occurred_at" and clock != "text"):
        return column(name)
    return named(part("nullif(:c, '')", c=column(name)), name)


def _typed(study: Study, vocabulary: Vocabulary, clock: Clock) -> dict[str, exp.Expression]:
    """What text stands for: an instant in UTC, a number, an item's place; null where it is not readable."""
    number = part(
        "CASE WHEN regexp_full_match(value, :pattern) THEN TRY_CAST(value AS DOUBLE) END", pattern=NUMBER
    )
    typed = {"number": number, **_instant(study.log.time_zone, clock)}
    return {**typed, **_items(vocabulary)}


def _items(vocabulary: Vocabulary) -> dict[str, exp.Expression]:
    """The place of a questionnaire's item."""
    if "item" not in vocabulary.columns:
        return {}
    place = part("CASE WHEN regexp_full_match(item, '[0-9]{1,4}') THEN TRY_CAST(item AS INTEGER) END")
    return {"place": place}


def _instant(zone: str, clock: Clock) -> dict[str, exp.Expression]:
    """The instant in UTC, and whether it is a time that the change of clocks skips."""
    wall = part("CAST(occurred_at AS TIMESTAMP)")
    if clock == "text":
        wall = part(
            """CASE WHEN regexp_full_match(occurred_at, :pattern)
               THEN CAST(TRY_CAST(upper(occurred_at) AS TIMESTAMPTZ) AS TIMESTAMP) END""",
            pattern=INSTANT,
        )
    if zone == "UTC" or clock == "instant":
        return {"instant": wall, "skipped": exp.false()}
    # A time that the change of clocks repeats is read as the second one; one it skips does not come back alike.
    local = part("regexp_full_match(occurred_at, :offset) IS NOT TRUE", offset=WITH_OFFSET)
    here = {"local": exp.true() if clock == "wall" else local, "zone": zone, "wall": wall}
    here["there"] = part("timezone(:zone, :wall)", **here)
    instant = part("CASE WHEN :local THEN CAST(:there AS TIMESTAMP) ELSE :wall END", **here)
    return {"instant": instant, "skipped": part(":local AND timezone(:zone, :there) <> :wall", **here)}


def _kept(name: str) -> exp.Expression:
    """The stored form of a column."""
    forms: dict[str, Any] = {
        "unit": part("people.pseudonym"),
        "occurred_at": column("instant"),
        "value": column("number"),
        "item": column("place"),
    }
    return forms.get(name, column(name))
