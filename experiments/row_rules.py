"""Rules for one row of a log: when it is not taken in, or left behind as an event that the study does not use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.codes import A_CODE, CODE, NO_CODE
from experiments.events import ASSIGNED, SURVEY, only_totals
from experiments.sql import among, column, either, part

if TYPE_CHECKING:
    from experiments.events import Vocabulary
    from experiments.study import Study

LARGEST = 10**12
LONGEST_ID = 200
PERIOD = "[A-Za-z_-]{0,40}0*[1-9][0-9]{0,2}"
AN_ID = f"an id of at most {LONGEST_ID} characters on one line"


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason not to take a row in: when, in which column, what was found and what was expected."""

    column: str
    broken: exp.Expression
    found: str
    expected: str


A_PSEUDONYM = "a pseudonym of 64 hexadecimal digits, as HMAC-SHA-256 makes them"
LEFT_BEHIND = "an event that the study does not use"
WITHDRAWN = "a unit that withdrew"


def row_rules(study: Study, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """The rules of a study in the order in which they are tried; the first broken one decides.

    They speak of the columns of `typed` and `people` in `experiments.screening`.
    """
    return (*_units(study), *_names(vocabulary), *_times(study), *_contents(study, vocabulary))


def _units(study: Study) -> list[Rule]:
    """Rules that come first: whose row it is."""
    rules = [
        Rule("unit", part("typed.unit IS NULL"), "nothing", "an id"),
        Rule("unit", part("people.unclean"), "too many characters, or a line break", AN_ID),
        Rule("unit", part("people.withdrew"), WITHDRAWN, "one that takes part"),
    ]
    if study.log.by_contributor and not only_totals(study):
        rules.insert(1, Rule("unit", part("NOT people.pseudonymous"), "no pseudonym", A_PSEUDONYM))
    return rules


def _names(vocabulary: Vocabulary) -> list[Rule]:
    """Whether the study uses such an event at all."""
    undeclared = exp.not_(among("event", sorted(vocabulary.events)))
    if vocabulary.surveys:
        pairs = [
            part("instrument = :i AND wave = :w", i=instrument, w=wave)
            for instrument, wave in sorted(vocabulary.surveys)
        ]
        other = part(
            "event = :survey AND NOT (:known) AND NOT :no_instrument AND NOT :no_wave",
            survey=SURVEY,
            known=either(pairs),
            no_instrument=_no_code("instrument"),
            no_wave=_no_code("wave"),
        )
        undeclared = either([undeclared, other])
    nameless = exp.and_(undeclared, _no_code("event"))
    return [
        Rule("event", part("event IS NULL"), "nothing", "the name of an event"),
        Rule("event", nameless, "text that is no code", "the name of an event"),
        Rule("event", undeclared, LEFT_BEHIND, "one of its events"),
    ]


def _times(study: Study) -> list[Rule]:
    expected = "a date and time such as 2026-03-01T10:00:00Z"
    skipped = "a time that the change of clocks skips"
    return [
        Rule("occurred_at", part("occurred_at IS NULL"), "nothing", expected),
        Rule("occurred_at", part("instant IS NULL"), "no readable time", expected),
        Rule(
            "occurred_at",
            part("instant < TIMESTAMP '1990-01-01' OR instant >= TIMESTAMP '2100-01-01'"),
            "a year out of range",
            "a year from 1990 to 2099",
        ),
        Rule(
            "occurred_at",
            part("skipped"),
            skipped,
            f"a time that exists in {study.log.time_zone}, or an offset",
        ),
    ]


def _contents(study: Study, vocabulary: Vocabulary) -> list[Rule]:
    if vocabulary.calendar:
        return [*_platforms(study), *_values(vocabulary)]
    assigned = part("event = :assigned", assigned=ASSIGNED)
    arms = [arm.name for arm in study.design.arms]
    one_of = " or ".join(arms)
    rules = [Rule("arm", exp.not_(among("arm", arms)), "an unknown arm", one_of)]
    if not vocabulary.stepped:
        empty = exp.and_(assigned, part("arm IS NULL"))
        rules.insert(0, Rule("arm", empty, "nothing", f"the arm that was assigned: {one_of}"))
    if vocabulary.clustered:
        rules += _clusters(study, assigned)
    if vocabulary.by_period:
        rules += _periods(assigned)
    if vocabulary.surveys:
        rules += _answers(study, vocabulary)
    return [*rules, *_values(vocabulary), *(_code_rule(name) for name in vocabulary.attributes)]


def _values(vocabulary: Vocabulary) -> list[Rule]:
    """Rules for the number that an event carries."""
    valued = exp.and_(part("value IS NULL"), among("event", sorted(vocabulary.valued)))
    return [
        Rule("value", valued, "nothing", "a number, which the study needs of this event"),
        Rule("value", part("NOT value IS NULL AND number IS NULL"), "no number", "a number such as 12.5"),
        Rule(
            "value",
            part("abs(number) > :largest", largest=LARGEST),
            "a number out of range",
            f"within ±{LARGEST:,}",
        ),
    ]


def _platforms(study: Study) -> list[Rule]:
    """Rules for the platform of an event, where the design names platforms."""
    platforms = [adopted.platform for adopted in study.design.adoption]
    if not platforms:
        return []
    expected = "one of the platforms in design.adoption"
    return [
        Rule("cluster", part("cluster IS NULL"), "nothing", expected),
        Rule("cluster", exp.not_(among("cluster", platforms)), "an unknown platform", expected),
    ]


def _clusters(study: Study, assigned: exp.Expression) -> list[Rule]:
    """Rules for the cluster of an assignment; a design that changes clusters step by step names them all."""
    rules = [
        Rule(
            "cluster", exp.and_(assigned, part("cluster IS NULL")), "nothing", "the cluster that was assigned"
        ),
        _code_rule("cluster"),
    ]
    if study.design.steps:
        unknown = exp.and_(assigned, exp.not_(among("cluster", study.design.steps)))
        rules.append(Rule("cluster", unknown, "a cluster without a step", "one of those in design.steps"))
    return rules


def _periods(assigned: exp.Expression) -> list[Rule]:
    """Rules for the period that an assignment is for."""
    expected = "the number of the period that the arm was assigned for, such as 1"
    no_number = part("NOT regexp_full_match(period, :number)", number=PERIOD)
    return [
        Rule("period", exp.and_(assigned, part("period IS NULL")), "nothing", expected),
        Rule("period", exp.and_(assigned, no_number), "no number of a period", expected),
        _code_rule("period"),
    ]


def _answers(study: Study, vocabulary: Vocabulary) -> list[Rule]:
    """Rules for answers to questionnaires: item and answer within the instrument's ranges."""
    survey = part("event = :survey", survey=SURVEY)
    rules = [
        Rule(
            name, exp.and_(survey, part(":c IS NULL", c=column(name))), "nothing", f"the {name} of the answer"
        )
        for name in ("instrument", "wave", "item", "value")
    ]
    rules += [_code_rule("instrument"), _code_rule("wave")]
    keys = {source.key.name: source.key for source in study.sources if source.instrument}
    for name in sorted({instrument for instrument, _ in vocabulary.surveys}):
        key = keys[name]
        here = exp.and_(survey, part("instrument = :name", name=name))
        no_item = part("place IS NULL OR place < 1 OR place > :items", items=key.items)
        no_answer = part(
            """number IS NULL OR number <> round(number) OR number < :low OR number > :high
               OR (number - :low) % :step <> 0""",
            low=exp.Literal.number(key.lowest),
            high=exp.Literal.number(key.highest),
            step=exp.Literal.number(key.step),
        )
        rules += [
            Rule(
                "item",
                exp.and_(here, no_item),
                "no item of the instrument",
                f"a whole number from 1 to {key.items}",
            ),
            Rule(
                "value",
                exp.and_(here, no_answer),
                "an answer out of range",
                f"a whole number from {key.lowest} to {key.highest}{key.in_steps}",
            ),
        ]
    return rules


def _code_rule(name: str) -> Rule:
    return Rule(name, _no_code(name), "text that is no code", f"a code of {A_CODE}")


def _no_code(name: str) -> exp.Expression:
    return part(
        "(NOT regexp_full_match(:c, :code) OR regexp_matches(:c, :no_code))",
        c=column(name, "typed"),
        code=CODE,
        no_code=NO_CODE,
    )
