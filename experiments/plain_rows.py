"""Rows in their plain form, judged by what they share: every unit once, every combination of words once.

The verdict on a row is the first broken rule. A rule is about the unit, about the time (a plain one breaks none),
about the number, or about words and whether there is a number: the first of all that are broken is the first among
the first of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from experiments.arrays import column as places
from experiments.arrays import flags, numbers
from experiments.engine import Written
from experiments.met import Met
from experiments.sql import column, named, part
from experiments.words import as_words, combined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.row_rules import Rule

FINE = 1 << 30  # the place of a rule after all others: none is broken
OF_TIMES = frozenset(("occurred_at", "instant", "skipped"))


class PlainRows:
    """The rules of a study for rows whose time and number are read already.

    `units` is the SELECT of each id's numbers, by its place `nth` in a table `ids`, and `of_units` what their rules
    speak of; `words` are the columns of words, and `typed` what else the rules on words speak of.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        words: Sequence[str],
        units: exp.Select,
        typed: Mapping[str, exp.Expression],
    ) -> None:
        self.words = tuple(words)
        of_units = {i: _bare(rule.broken) for i, rule in enumerate(rules) if rule.column == "unit"}
        others = {i: rule.broken for i, rule in enumerate(rules) if not (i in of_units or _of_times(rule))}
        of_numbers = {i: broken for i, broken in others.items() if "number" in _names(broken)}
        lacking = {i: exp.and_(broken, part("value IS NULL")) for i, broken in of_numbers.items()}
        self._of_units = Written(
            exp.select("nth", "pseudonym", "serial", _first(of_units)).from_(units.subquery("people"))
        )
        self._met = Met()
        self._of_words = Written(_over(words, typed, others | lacking).select(*typed))
        self._of_numbers = Written(_over(words, typed, of_numbers))

    def judged(
        self, engine: Engine, rows: pa.Table, found: pa.Array, keys: Mapping[str, bytes]
    ) -> dict[str, Any]:
        """For rows of text beside the numbers found in them: the `verdict`, -1 where no rule is broken, the numbers
        of the unit (`unit` and `serial`), what is typed, and the words with a gap for an empty one.
        """
        import numpy as np

        coded = {name: as_words(rows[name]) for name in self.words}
        ids, verdict = self._people(engine, rows["unit"], keys)
        said, of_words = self._said(engine, coded, found)
        verdict = np.minimum(verdict, of_words)
        verdict = np.where(verdict == FINE, -1, verdict).astype(np.int32)
        return {"verdict": places(verdict), **ids, **said}

    def _people(
        self, engine: Engine, people: pa.ChunkedArray, keys: Mapping[str, bytes]
    ) -> tuple[dict[str, pa.Array], NDArray[Any]]:
        """The numbers of each row's unit, and the first rule that it breaks."""
        import pyarrow as pa
        from pyarrow import compute

        def judge(ids: pa.Array) -> dict[str, NDArray[Any]]:
            answer = _in_order(engine, "ids", pa.table({"unit": ids}), self._of_units, keys)
            told = {name: numbers(compute.fill_null(answer[name], 0)) for name in ("pseudonym", "serial")}
            named = numbers(answer["pseudonym"].is_valid().cast(pa.uint8()))
            return {**told, "named": named, "verdict": numbers(answer["verdict"])}

        answer = self._met.found(people, judge)
        found = {"unit": places(answer["pseudonym"]), "serial": places(answer["serial"])}
        if not (named := answer["named"].astype(bool)).all():
            there, gap = flags(named), pa.scalar(None, pa.uint64())
            found = {name: compute.if_else(there, values, gap) for name, values in found.items()}
        return found, answer["verdict"]

    def _said(
        self, engine: Engine, coded: Mapping[str, pa.DictionaryArray], found: pa.Array
    ) -> tuple[dict[str, pa.Array], NDArray[Any]]:
        """Each row's words, and the first rule that they break beside its number."""
        import numpy as np
        import pyarrow as pa

        valued = pa.DictionaryArray.from_arrays(found.is_valid().cast(pa.int32()), pa.array(["no", "yes"]))
        code, example = combined([valued, *coded.values()], len(found))
        here = places(example)
        texts = {name: values.take(here).dictionary_decode() for name, values in coded.items()}
        combos = {**texts, "number": found.take(here), "value": _text(found.take(here))}
        answer = _in_order(engine, "rows", pa.table(combos), self._of_words)
        verdict = numbers(answer["verdict"])[code]
        there = np.flatnonzero(numbers(found.is_valid().cast(pa.uint8())))
        if len(there):
            which = places(there)
            of_row = places(code[there])
            rows = {name: values.dictionary_encode().take(of_row) for name, values in texts.items()}
            figures = found.take(which)
            rows |= {"number": figures, "value": _text(figures)}
            of_numbers = numbers(_in_order(engine, "rows", pa.table(rows), self._of_numbers)["verdict"])
            verdict[there] = np.minimum(verdict[there], of_numbers)
        typed = {
            name: answer[name].take(places(code))
            for name in answer.column_names
            if name not in ("nth", "verdict")
        }
        return {name: _with_gaps(values) for name, values in coded.items()} | typed, verdict


def _in_order(
    engine: Engine, name: str, rows: pa.Table, query: Written, keys: Mapping[str, bytes] | None = None
) -> pa.Table:
    """The answer for each row of a table handed under a name, in their order."""
    import numpy as np

    engine.hand(name, rows.append_column("nth", places(np.arange(rows.num_rows))))
    answer = engine.ask(query, **(keys or {}))
    nth = numbers(answer["nth"])
    if (nth[1:] < nth[:-1]).any():
        answer = answer.take(places(np.argsort(nth)))
    return answer


def _over(
    words: Sequence[str], typed: Mapping[str, exp.Expression], rules: Mapping[int, exp.Expression]
) -> exp.Select:
    """SELECT the first broken rule of each of the `rows`."""
    cells = [named(part("nullif(:c, '')", c=column(name)), name) for name in words]
    more = [named(expression, name) for name, expression in typed.items()]
    return (
        exp.select("nth", _first(rules))
        .from_("typed")
        .with_("cells", as_=exp.select("nth", "value", "number", *cells).from_("rows"))
        .with_("typed", as_=exp.select("*", *more).from_("cells"))
    )


def _first(rules: Mapping[int, exp.Expression]) -> exp.Expression:
    """The first of some rules that is broken."""
    verdict = exp.Case()
    for place in sorted(rules):
        verdict = verdict.when(rules[place].copy(), exp.Literal.number(place))
    fine = exp.Literal.number(FINE)
    return named(verdict.else_(fine) if rules else fine, "verdict")


def _of_times(rule: Rule) -> bool:
    return bool(OF_TIMES & _names(rule.broken))


def _names(condition: exp.Expression) -> set[str]:
    """The columns that a condition speaks of."""
    return {found.name for found in condition.find_all(exp.Column)}


def _bare(condition: exp.Expression) -> exp.Expression:
    """A condition on columns of one table, without its name."""
    return condition.transform(lambda node: exp.column(node.name) if isinstance(node, exp.Column) else node)


def _text(values: pa.Array) -> pa.Array:
    """Some text where there is a number."""
    import pyarrow as pa
    from pyarrow import compute

    return compute.if_else(values.is_valid(), pa.scalar("0"), pa.scalar(None, pa.string()))


def _with_gaps(coded: pa.DictionaryArray) -> pa.DictionaryArray:
    """Words with a gap for an empty one."""
    import pyarrow as pa
    from pyarrow import compute

    nothing = compute.index(coded.dictionary, pa.scalar("")).as_py()
    if nothing < 0:
        return coded
    there = compute.if_else(compute.equal(coded.indices, nothing), pa.scalar(None, pa.int32()), coded.indices)
    return pa.DictionaryArray.from_arrays(there, coded.dictionary)
