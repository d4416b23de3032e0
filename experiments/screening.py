"""Screening: every row is judged by itself, typed, and its ids turned into pseudonyms, in one SELECT."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from experiments.events import stored, theirs, vocabulary
from experiments.row_rules import LEFT_BEHIND, LONGEST_ID, row_rules
from experiments.sql import column, named, part

if TYPE_CHECKING:
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


class Screen:
    """The rules of one study, and the SELECT that applies them to rows of text."""

    def __init__(self, study: Study, key: bytes) -> None:
        self.study = study
        self.vocabulary = vocabulary(study)
        self.rules = row_rules(study, self.vocabulary)
        self.reasons = [self.in_their_words((r.column, r.found, r.expected)) for r in self.rules]
        self.left_behind = next(i for i, rule in enumerate(self.rules) if rule.found == LEFT_BEHIND)
        self._query = _query(study, self.vocabulary, self.rules)
        padded = key.ljust(64, b"\0")
        self._keys = {
            "labels": sha256(b"labels" + key).digest(),
            "inner": bytes(byte ^ 0x36 for byte in padded),
            "outer": bytes(byte ^ 0x5C for byte in padded),
        }

    def screened(self, engine: Engine, rows: pa.Table) -> pa.Table:
        """The typed rows with `line`, `file` and `verdict`: the index of the first broken rule, or null.

        `rows` holds text in every column of the vocabulary, and `line` and `file` as numbers.
        """
        engine.hand("raw", rows)
        return engine.ask(self._query, **self._keys)

    def in_their_words(self, reason: Reason) -> Reason:
        """A reason with the column's name as the study's log has it."""
        return (theirs(self.study, reason[0]), *reason[1:])


def _query(study: Study, vocabulary: Vocabulary, rules: tuple[Rule, ...]) -> exp.Select:
    """SELECT line, file, verdict and the typed columns FROM the rows of text."""
    cells = exp.select("line", "file", *(_cell(name) for name in vocabulary.columns)).from_("raw")
    typed = exp.select("*", *(named(e, name) for name, e in _typed(study, vocabulary).items())).from_("cells")
    verdict = exp.Case()
    for index, rule in enumerate(rules):
        verdict = verdict.when(rule.broken, exp.Literal.number(index))
    kept = [named(_kept(name, vocabulary), name) for name in stored(vocabulary).names]
    return (
        exp.select("line", "file", named(verdict, "verdict"), *kept, part("people.serial"))
        .from_("typed")
        .join("people", on=part("typed.unit = people.id"), join_type="left")
        .with_("cells", as_=cells)
        .with_("typed", as_=typed)
        .with_("people", as_=_people())
    )


def _cell(name: str) -> exp.Expression:
    return named(part("nullif(CAST(:c AS TEXT), '')", c=column(name)), name)


def _typed(study: Study, vocabulary: Vocabulary) -> dict[str, exp.Expression]:
    """What text stands for: an instant in UTC, a number, an item's place; null where it is not readable."""
    wall = part(
        """CASE WHEN regexp_full_match(occurred_at, :pattern)
           THEN CAST(TRY_CAST(occurred_at AS TIMESTAMPTZ) AS TIMESTAMP) END""",
        pattern=INSTANT,
    )
    number = part(
        "CASE WHEN regexp_full_match(value, :pattern) THEN TRY_CAST(value AS DOUBLE) END", pattern=NUMBER
    )
    typed = {"number": number}
    if "item" in vocabulary.columns:
        typed["place"] = part(
            "CASE WHEN regexp_full_match(item, '[0-9]{1,4}') THEN TRY_CAST(item AS INTEGER) END"
        )
    if study.log.time_zone == "UTC":
        return {**typed, "instant": wall, "skipped": exp.false()}
    # A time that the change of clocks repeats is read as the second one; one it skips does not come back alike.
    local = part("regexp_full_match(occurred_at, :offset) IS NOT TRUE", offset=WITH_OFFSET)
    there = part("timezone(:zone, :wall)", zone=study.log.time_zone, wall=wall)
    instant = part(
        "CASE WHEN :local THEN CAST(:there AS TIMESTAMP) ELSE :wall END", local=local, there=there, wall=wall
    )
    skipped = part(
        ":local AND timezone(:zone, :there) <> :wall",
        local=local,
        zone=study.log.time_zone,
        there=there,
        wall=wall,
    )
    return {**typed, "instant": instant, "skipped": skipped}


def _kept(name: str, vocabulary: Vocabulary) -> exp.Expression:
    """The stored form of a column."""
    forms: dict[str, Any] = {
        "unit": part("people.pseudonym"),
        "session": _keyed(part("'session=' || typed.session")),
        "occurred_at": column("instant"),
        "value": column("number"),
        "item": column("place"),
    }
    return _event_key(vocabulary) if name == "event_key" else forms.get(name, column(name))


def _event_key(vocabulary: Vocabulary) -> exp.Expression:
    """A number for the event: from its event_id, or else from every column that is not empty."""
    text = {"occurred_at": part("CAST(epoch_us(instant) AS TEXT)"), "value": part("CAST(number AS TEXT)")}
    pieces = [
        part("coalesce(:name || :text, '')", name=f"\x1f{name}=", text=text.get(name, column(name, "typed")))
        for name in vocabulary.columns
        if name != "event_id"
    ]
    cells = exp.func("concat", *pieces)
    text = part("CASE WHEN event_id IS NULL THEN :cells ELSE 'event_id=' || event_id END", cells=cells)
    return _keyed(text)


def _keyed(text: exp.Expression) -> exp.Expression:
    """A number for a text, for equality within the study: nobody without the key can go from a guess to it.

    SHA-256 of the key and the text; a quarter of it, so that nothing can be appended to a known text.
    """
    return _number(part("sha256($labels || encode(:text))", text=text), 1)


def _people() -> exp.Select:
    """The distinct ids of units, each beside its pseudonym and a second number (`serial`) from the same MAC."""
    macs = exp.select("id", named(_mac(part("trim(id)")), "mac")).from_(
        part("SELECT DISTINCT unit AS id FROM cells WHERE NOT unit IS NULL").subquery("ids")
    )
    unclean = part(
        "length(id) > :longest OR regexp_matches(id, '[[:cntrl:]]') OR trim(id) = ''", longest=LONGEST_ID
    )
    pseudonym, serial = _number(column("mac"), 1), _number(column("mac"), 17)
    return exp.select(
        "id", named(pseudonym, "pseudonym"), named(serial, "serial"), named(unclean, "unclean")
    ).from_(macs.subquery("macs"))


def _mac(text: exp.Expression) -> exp.Expression:
    """HMAC-SHA-256 (RFC 2104) in hex."""
    return part("sha256($outer || unhex(sha256($inner || encode(:text))))", text=text)


def _number(mac: exp.Expression, start: int) -> exp.Expression:
    """64 bits of a MAC: its 16 hex digits from `start`."""
    return part("CAST('0x' || substr(:mac, :start, 16) AS UBIGINT)", mac=mac, start=start)
