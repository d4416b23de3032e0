"""Allocation lists: from a table of units or clusters to the same table with what lots gave each."""

from __future__ import annotations

import csv
import io
from json import dumps
from typing import TYPE_CHECKING, Any

from analysis.chance import allocation
from analysis.chance.lots import GENERATOR, Lots
from experiments.faults import Fault
from experiments.lottery import Drawn, shares_of, strata, told
from experiments.lottery_clusters import clusters_by_lot
from experiments.tables.table_file import digest, labels, read_table, require_columns

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from experiments.lottery import Lottery

MOST = 1_000_000  # rows


def draw(frame: pd.DataFrame, lottery: Lottery, *, seed: int) -> Drawn:
    """Draw the list. Raises Fault where the table cannot be used, Refusal where no allocation can be had."""
    whole = lottery.cluster or lottery.unit
    wanted = (lottery.unit, lottery.cluster, *lottery.strata, lottery.pairs, *lottery.balance)
    require_columns(frame, [column for column in wanted if column])
    if len(frame) > MOST:
        raise Fault(f"{len(frame):,} rows are too many for one list.", expected=f"at most {MOST:,}")
    if lottery.design == "individual" or (lottery.design == "crossover" and not lottery.cluster):
        _require_unique(frame, lottery.unit)
        return _units(frame, lottery, Lots(seed))
    if not lottery.cluster:
        _require_unique(frame, whole)
    firsts = frame.assign(**{whole: labels(frame, whole)}).drop_duplicates(whole).sort_values(whole)
    _require_constant(frame, lottery, whole)
    drawn = clusters_by_lot(firsts, frame, lottery, Lots(seed))
    given = dict(zip(firsts[whole], drawn.rows, strict=True))
    columns = [column for column in dict.fromkeys(wanted) if column and column not in lottery.balance]
    kept = _kept(frame, columns)
    rows = [{**row, **given[name]} for row, name in zip(kept, labels(frame, whole), strict=True)]
    return Drawn(rows, drawn.method, drawn.counts, drawn.facts, drawn.notes)


def _units(frame: pd.DataFrame, lottery: Lottery, lots: Lots) -> Drawn:
    """Units one by one, in the order of the table, within their strata."""
    shares = shares_of(lottery)
    given = [""] * len(frame)
    for places in strata(frame, lottery.strata):
        if lottery.simple:
            arms = allocation.simple(len(places), shares, lots)
        else:
            arms = allocation.blocks(len(places), shares, lots, multiples=lottery.multiples)
        for place, arm in zip(places, arms, strict=True):
            given[place] = arm
    sizes = ", ".join(str(multiple * sum(shares.values())) for multiple in lottery.multiples)
    method = "simple" if lottery.simple else f"permuted blocks of {sizes}"
    method += f" within {', '.join(lottery.strata)}" if lottery.strata else ""
    kept = _kept(frame, [lottery.unit, *lottery.strata])
    rows = [{**row, **told(lottery, arm)} for row, arm in zip(kept, given, strict=True)]
    return Drawn(rows, method, {arm: given.count(arm) for arm in shares})


def _kept(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, str]]:
    """The named columns of the table as text; what is not named is left behind."""
    text = {column: labels(frame, column) for column in columns}
    return [dict(zip(text, row, strict=True)) for row in zip(*text.values(), strict=True)]


def _require_unique(frame: pd.DataFrame, column: str) -> None:
    if twice := int(labels(frame, column).duplicated().sum()):
        raise Fault(
            f'The column "{column}" names {twice:,} more than once.',
            expected="each once",
            do="Remove what is double, or name the --cluster column.",
        )


def _require_constant(frame: pd.DataFrame, lottery: Lottery, whole: str) -> None:
    for column in (*lottery.strata, *([lottery.pairs] if lottery.pairs else [])):
        if (labels(frame, column).groupby(labels(frame, whole)).nunique() > 1).any():
            raise Fault(
                f'The column "{column}" differs within a cluster.', expected="one value for each cluster"
            )


def read_units(path: Path, lottery: Lottery) -> pd.DataFrame:
    """The table of units or clusters, names kept as they are written. Raises Fault where it cannot be read."""
    text = [lottery.unit, lottery.cluster, *lottery.strata, lottery.pairs]
    return read_table(path, text=text)


def write(
    drawn: Drawn, out: Path, *, seed: int, units: Path, lottery: Lottery, version: str
) -> dict[str, Any]:
    """The list as CSV, and beside it, in OUT.json, how it was drawn. Returns the latter.

    Raises Fault where either file is there already: a list that somebody may have used is never written over.
    """
    beside = out.with_name(f"{out.name}.json")
    for path in (out, beside):
        if path.exists():
            raise Fault(
                f"{path} is there already.", do="Name another file: no allocation list is written over."
            )
    text = io.StringIO()
    writer = csv.DictWriter(text, list(drawn.rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(drawn.rows)
    out.write_text(text.getvalue(), encoding="utf-8")
    how = {
        "schema": "watchkeeper/allocation@1",
        "watchkeeper": version,
        "seed": seed,
        "generator": GENERATOR,
        "design": lottery.design,
        "method": drawn.method,
        "shares": lottery.arms,
        "rows": len(drawn.rows),
        "counts": drawn.counts,
        **drawn.facts,
        "units_sha256": digest(units),
        "list_sha256": digest(out),
        "notes": list(drawn.notes),
    }
    beside.write_text(dumps(how, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return how
