"""Planted exports that a rule forbids: each is refused, and the rule that is named is the one. Good ones pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.policy import PUBLIC, Policy
from analysis.release.drafts import (
    Average,
    Curve,
    Digits,
    Drafted,
    Group,
    Model,
    Points,
    Pooled,
    Quantile,
    Tally,
    Text,
    Total,
    refuse,
)
from analysis.release.tables import Published, Sum
from analysis.release.withheld import Withheld
from tests.bars.bar import Bar, Count

if TYPE_CHECKING:
    from pathlib import Path

ROUNDED = Policy("public", public=True, rounding="midpoint-10")
CONSENTED = Policy("public", public=True, consents=("a", "b"))

# Rule, what was planted, figures.
PLANTED: tuple[tuple[int, str, tuple[Drafted, ...]], ...] = (
    (1, "one person", (Tally(1),)),
    (1, "nine people", (Tally(120), Tally(9))),
    (1, "four of eighty", (Tally(4, 80),)),
    (1, "all but three", (Tally(77, 80),)),
    (1, "nobody of eighty, as a share", (Tally(0, 80),)),
    (1, "everybody, as a share", (Tally(80, 80),)),
    (1, "a small count among large ones", (Tally(50, 100), Tally(60, 100), Tally(7, 100))),
    (2, "one part masked beside the total", (Total(280, (100, 173, None)),)),
    (2, "two masked parts that leave four", (Total(200, (196, None, None)),)),
    (2, "one part masked though it is large", (Total(100, (60, None)),)),
    (2, "two masked parts of which each must be one", (Total(102, (100, None, None)),)),
    (5, "an average of six", (Average(6, 2.0),)),
    (5, "an average of people all alike", (Average(40, 0.0),)),
    (5, "a median of nineteen", (Quantile(19, 0.5),)),
    (5, "a ninetieth percentile of fifty", (Quantile(50, 0.9),)),
    (5, "a minimum", (Quantile(5_000, 0.0),)),
    (5, "a maximum", (Quantile(5_000, 1.0),)),
    (5, "a model of nine degrees of freedom", (Model(9.0),)),
    (5, "an outlier drawn by itself", (Points((120, 80, 1)),)),
    (5, "a band of seven people", (Points((120, 80, 7)),)),
    (5, "a curve of thirteen times", (Curve((10,) * 13, (100,) * 13),)),
    (5, "a curve that steps down by two", (Curve((0, 12, 14), (100, 88, 86)),)),
    (5, "a curve whose first step is one person", (Curve((1,), (99,)),)),
    (5, "a curve with nineteen at risk", (Curve((0, 20), (39, 19)),)),
    (6, "an effect with five figures", (Digits(0.012345, 240),)),
    (6, "four figures of 999 people", (Digits(0.01234, 999),)),
    (6, "five figures of 2,000 people", (Digits(0.012345, 2_000),)),
    (6, "an end of an interval in full", (Digits(0.224, 180), Digits(0.08193118, 180))),
    (7, "two companies", (Pooled({"a": 100, "b": 100}),)),
    (7, "one company of half and more", (Pooled({"a": 120, "b": 60, "c": 55}),)),
    (7, "two companies of 80 %", (Pooled({"a": 400, "b": 400, "c": 100, "d": 100}),)),
    (8, "a team of nine", (Group(9),)),
    (8, "a change of nineteen people's scores", (Group(19, change=True),)),
    (9, "a formula in a cell", (Text("=HYPERLINK(…)", "cell"),)),
    (9, "a formula after a space", (Text(" @SUM(1)", "cell"),)),
    (9, "a script in a picture", (Text("<script>alert(1)</script>", "markup"),)),
    (9, "a control character", (Text("ring\x07", "cell"),)),
)


def tables(counts: dict[str, int], shown: dict[str, int], sums: tuple[Sum, ...]) -> Published:
    """What publishes some counts as they are, and hides the others."""
    return Published(
        data="d",
        plan="p",
        policy="public",
        rounded=False,
        population={"units": counts["units"]},
        cells={key: (shown[key], shown[key]) if key in shown else (0, None) for key in counts},
        small=tuple(key for key, count in counts.items() if 0 < count < 10),
        sums=sums,
    )


def _sum(whole: str, *parts: str) -> Sum:
    return Sum(((whole, 1.0), *((part, -1.0) for part in parts)), 0.0, 0.0)


EXCLUDED = {"units": 100, "exposed": 93, "lost": 7}
FLOW = tables(EXCLUDED, {"units": 100, "exposed": 93}, (_sum("units", "exposed", "lost"),))
SAFE = tables(EXCLUDED, {"units": 100}, (_sum("units", "exposed", "lost"),))
LATER = replace(SAFE, data="e")
GONE = tables({"units": 96, "exposed": 90, "lost": 6}, {"units": 96}, (_sum("units", "exposed", "lost"),))
FEWER = replace(GONE, data="e")

GOOD: tuple[tuple[Policy, tuple[Drafted, ...]], ...] = (
    (PUBLIC, (Tally(40, 81), Tally(0), Tally(10, 20))),
    (PUBLIC, (Total(280, (100, 81, 99)), Total(200, (150, None, None)))),
    (PUBLIC, (Average(10, 0.1), Quantile(20, 0.5), Quantile(100, 0.9), Model(10.0), Points((10, 10)))),
    (PUBLIC, (Curve((0, 10, 20), (99, 80, 20)), Digits(0.224, 180), Digits(0.01234, 1_000))),
    (PUBLIC, (Pooled({"a": 100, "b": 90, "c": 95, "d": 80}), Group(10), Group(20, change=True))),
    (CONSENTED, (Pooled({"a": 100, "b": 100}),)),
    (PUBLIC, (Text("Stayed away – 22.4", "cell"), Text("n &lt; 10 &amp; more", "markup"))),
)


def _named(figures: tuple[Drafted, ...], **others: Any) -> int:
    """The rule that forbids figures and tables; 0 where none does."""
    try:
        refuse(figures, **others)
    except Withheld as no:
        return no.rule
    return 0


def _run(folder: Path, tries: int) -> Count:
    del folder, tries
    count = Count()
    found = [(rule, planted, _named(figures)) for rule, planted, figures in PLANTED]
    found += [
        (3, "a flow that gives seven excluded away", _named((), tables=FLOW)),
        (4, "four fewer people than in an earlier release", _named((), tables=FEWER, earlier=(SAFE,))),
        (1, "a middle of a ten told as ten people", _named((Tally(10),), policy=ROUNDED)),
    ]
    for rule, planted, named in found:
        count.add("planted")
        count.add("refused", int(named == rule))
        count.hold(named == rule, f"{planted}: rule {rule} forbids it, but {named or 'none'} was named")
    for policy, figures in GOOD:
        count.add("good ones passed")
        count.hold(not _named(figures, policy=policy), f"{figures} may be released")
    count.hold(not _named((), tables=LATER, earlier=(SAFE,)), "the same people may be released again")
    return count


BAD_EXPORTS = Bar(
    "bad-exports", "every export that a rule forbids is refused, and the rule named", 1, 1, _run
)
