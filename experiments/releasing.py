"""Releasing: an evaluation under a policy; what is for everybody is audited once and entered into the ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.disclosure import Release, release
from analysis.policy import policy_for
from analysis.release.closing import as_seen
from analysis.release.published import published
from analysis.release.tables import Published
from analysis.release.withheld import Withheld
from experiments.faults import Gate
from experiments.ledger import Entry, append, read

if TYPE_CHECKING:
    from analysis.evaluation import Evaluation
    from analysis.policy import Policy
    from experiments.store import Store

NO_FIGURE = frozenset({"policy", "study", "registration", "plan", "provenance", "made_by"})  # of a release


def released(
    store: Store, study_id: str, evaluation: Evaluation, policy: str, *, steward: bool = False
) -> Release:
    """The release of a study's evaluation under the policy of that name, as the study declares it.

    Of a study that still runs only its `steward` gets figures by arm before a planned look.

    A public one is audited against everything that was public before, and noted in the ledger: once for the same
    content. Raises Gate with the rule that forbids it, ValueError for an evaluation without a study.
    """
    if evaluation.study is None:
        raise ValueError("only an evaluation of a registered study can be released")
    rules = policy_for(evaluation.study, policy)
    if not rules.public:
        return release(evaluation, rules, steward=steward)
    made, said = _public(store, study_id, evaluation, rules, steward=steward)
    digest = _digest(said, made)
    entry = _kept(read(store, study_id), digest) or _entered(store, study_id, said, digest)
    if entry.refused:
        raise Gate(entry.refused)
    return made


def was_let_out(store: Store, study_id: str, evaluation: Evaluation, policy: str) -> bool:
    """Whether just this was let out to everybody before: then `released` neither audits nor writes anything.

    Raises ValueError for an evaluation without a study.
    """
    if evaluation.study is None:
        raise ValueError("only an evaluation of a registered study can be released")
    rules = policy_for(evaluation.study, policy)
    if not rules.public:
        return False
    made, said = _public(store, study_id, evaluation, rules, steward=False)
    entry = _kept(read(store, study_id), _digest(said, made))
    return entry is not None and not entry.refused


def _public(
    store: Store, study_id: str, evaluation: Evaluation, rules: Policy, *, steward: bool
) -> tuple[Release, Published]:
    """A release to everybody, and what it publishes."""
    evaluation, _ = as_seen(evaluation, steward=steward)
    made = release(evaluation, rules, audited=True, steward=steward)
    return made, published(evaluation, made, withdrew=len(store.manifest(study_id).withdrawn))


def _kept(entries: tuple[Entry, ...], digest: str) -> Entry | None:
    return next((entry for entry in entries if entry.digest == digest), None)


def _entered(store: Store, study_id: str, said: Published, digest: str) -> Entry:
    """The new entry, with the outcome of the audit."""

    def entry(before: tuple[Entry, ...]) -> Entry | None:
        if _kept(before, digest):  # by another process, meanwhile
            return None
        from analysis.release.audit import audit

        refused = ""
        try:
            audit(said, [each.published for each in before if not each.refused])
        except Withheld as rule:
            refused = f"This cannot be released to everybody. {rule}"
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Entry(len(before) + 1, now, said.policy, digest, said, refused)

    entries = append(store, study_id, entry)
    return _kept(entries, digest) or entries[-1]


def _digest(said: Published, made: Release) -> str:
    """What tells whether two releases publish the same: every count, figure and sentence that is let out.

    Other figures of the same counts are another release: a method or a rule changed, and what was told before stays
    told. When it was made, and by which version, changes nothing.
    """
    names = [part.name for part in fields(made) if part.name not in NO_FIGURE]
    out = {name: _plain(getattr(made, name)) for name in names}
    return hashlib.sha256(json.dumps([asdict(said), out], sort_keys=True).encode()).hexdigest()


def _plain(part: object) -> object:
    """A part of a release as JSON can hold it."""
    if isinstance(part, tuple):
        return [_plain(each) for each in part]
    return asdict(part) if is_dataclass(part) and not isinstance(part, type) else part
