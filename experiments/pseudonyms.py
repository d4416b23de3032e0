"""Pseudonyms: what is made of the id of a unit, in SQL; nobody without the key can go from a guess to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.row_rules import LONGEST_ID
from experiments.sql import column, named, part

if TYPE_CHECKING:
    from experiments.study import Study

PSEUDONYM = "[0-9A-Fa-f]{64}"


def people(study: Study) -> exp.Select:
    """The distinct ids of units, each beside its pseudonym and a second number (`serial`) from the same MAC."""
    ids = part("SELECT DISTINCT unit AS id FROM raw WHERE unit <> ''")
    return exp.select("id", *_told(study)).from_(_with_macs(study, ids).subquery("macs"))


def units(study: Study) -> exp.Select:
    """The same for all `ids`, by their place."""
    ids = part("SELECT nth, nullif(unit, '') AS id FROM ids")
    return exp.select("nth", named(column("id"), "unit"), *_told(study)).from_(
        _with_macs(study, ids).subquery("macs")
    )


def _with_macs(study: Study, ids: exp.Expression) -> exp.Select:
    unit = part("lower(trim(id))") if study.log.by_contributor else part("trim(id)")
    return exp.select("*", named(_mac(unit), "mac")).from_(exp.Subquery(this=ids, alias="ids"))


def _told(study: Study) -> list[exp.Expression]:
    """What is made of an id and its MAC."""
    unclean = part(
        "length(id) > :longest OR regexp_matches(id, '[[:cntrl:]]') OR trim(id) = ''", longest=LONGEST_ID
    )
    pseudonym, serial = number(column("mac"), 1), number(column("mac"), 17)
    return [
        named(pseudonym, "pseudonym"),
        named(serial, "serial"),
        named(unclean, "unclean"),
        named(part("regexp_full_match(trim(id), :pseudonym)", pseudonym=PSEUDONYM), "pseudonymous"),
        named(_tombstone(), "tombstone"),
        named(part(":t IN (SELECT tombstone FROM withdrawn)", t=_tombstone()), "withdrew"),
    ]


def _mac(text: exp.Expression) -> exp.Expression:
    """HMAC-SHA-256 (RFC 2104) in hex."""
    return part("sha256($outer || unhex(sha256($inner || encode(:text))))", text=text)


def _tombstone() -> exp.Expression:
    """What is remembered of a unit that withdrew: the half of its MAC that is in no other number."""
    return part("substr(mac, 33, 32)")


def number(mac: exp.Expression, start: int) -> exp.Expression:
    """64 bits of a MAC: its 16 hex digits from `start`."""
    return part("CAST('0x' || substr(:mac, :start, 16) AS UBIGINT)", mac=mac, start=start)
