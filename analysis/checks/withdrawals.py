"""People who withdrew: how many, in bands of ten, so that nobody can be told from one report to the next.

To withdraw is everybody's right. But where many do, those who stay may differ from those who left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.plan import Plan

BAND = 10
MANY = (
    0.05  # of all; as much loss as trials are commonly said to bear (Schulz and Grimes 2002, Lancet 359:781)
)


def at_most(people: int) -> int:
    """The upper end of the band of ten that a number of people is in; 0 for nobody.

    >>> at_most(0), at_most(1), at_most(10), at_most(11)
    (0, 10, 10, 20)
    """
    return -(-people // BAND) * BAND


def in_words(withdrew: int) -> str:
    """A band, known by its upper end, as a sentence has it.

    >>> in_words(0), in_words(10), in_words(30)
    ('nobody', '10 or fewer', '21 to 30')
    """
    if withdrew <= BAND:
        return f"{BAND} or fewer" if withdrew else "nobody"
    return f"{withdrew - BAND + 1:,} to {withdrew:,}"


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    if not conduct.withdrew:
        return ()
    numbers = {"withdrew": in_words(conduct.withdrew)}
    at_least = conduct.withdrew - BAND + 1
    many = at_least > MANY * (table.units + at_least)
    says = "People who withdrew and are in no figure: {withdrew}."
    if many:
        says = "People who withdrew and are in no figure: {withdrew}, more than one in twenty."
    return (CheckResult("withdrawals", "warn" if many else "pass", says, {}, numbers),)


CHECK = Check(
    name="withdrawals",
    label="People who withdrew",
    means="Where many withdraw from one arm, those who stay may differ from those who left.",
    advice="Compare the number with that of all who were assigned.",
    run=_run,
    arms_together=True,
)
