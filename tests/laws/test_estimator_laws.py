"""What every estimator owes, whichever it is: a new one is tested here unasked."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from analysis.estimator import CARD, estimators
from analysis.finding import Contrast
from analysis.layout import LAYOUTS
from analysis.refusal import Refusal
from analysis.table import UnitTable
from tests.analysis.cells_of_rows import cells_of
from tests.laws.worlds import SETTINGS, World, claims, declarations, name_of

IN_CELLS = ("parallel", "clustered")
ROW_WISE = {("brunner_munzel", "score")}  # refused from sums: ranks need every value
BACKWARDS = Contrast("a", "b")


@pytest.mark.parametrize("estimator", estimators().values(), ids=name_of)
def test_every_estimator_has_a_whole_method_card(estimator):
    card = estimator.card()
    assert set(card) == {"Summary", *CARD}
    assert all(len(text) > 20 and text.endswith((".", "?")) for text in card.values())


@pytest.mark.parametrize("declaration", declarations(), ids=name_of)
def test_every_claimed_declaration_has_exactly_one_default(declaration):
    chosen = [e.name for e in estimators().values() if e.claims(declaration) and e.default(declaration)]
    assert len(chosen) == 1


@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
def test_an_estimate_is_whole(estimator, declaration):
    world = World(declaration)
    found = world.run(estimator, world.table(np.random.default_rng(1), effect=world.effect))
    assert world.outcome.on(found.scale).scale.name in found.effects
    assert set(found.effects) <= {scale.name for scale in world.kind.scales}
    assert all(isfinite(figure) for figure in found.parameters.values())
    for effect in found.effects.values():
        assert effect.level == SETTINGS.level
        assert effect.p_value is None or 0 <= effect.p_value <= 1
        assert effect.low is None or effect.low <= effect.estimate
        assert effect.high is None or effect.high >= effect.estimate
    assert bool(found.clusters) == (declaration.layout == "clustered")


@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
def test_swapping_the_arms_turns_the_effect_around(estimator, declaration):
    world = World(declaration)
    if not declaration.compared:
        return  # there are no arms to swap
    table = world.table(np.random.default_rng(2), effect=world.effect)
    forwards = world.run(estimator, table, contrast=Contrast("b", "a"))
    backwards = world.run(estimator, _turned(world, table), contrast=BACKWARDS)
    for scale in world.kind.scales:
        own = world.outcome.on(forwards.scale).scale
        if scale.name not in forwards.effects or not (scale.is_ratio or scale is own):
            continue  # a change in per cent has another base when it is turned around
        there, back = forwards.effects[scale.name], backwards.effects[scale.name]
        ends = (back.estimate, back.high, back.low)
        turned = [1 / end if scale.is_ratio else 2 * scale.null - end for end in ends]
        assert turned == pytest.approx([there.estimate, there.low, there.high], rel=1e-5, abs=1e-9)
        assert (back.p_value or 0) == pytest.approx(there.p_value or 0, rel=1e-4, abs=1e-12)


def _turned(world: World, table: UnitTable) -> UnitTable:
    """The table to read backwards: sites share an effect, not arms, so that the effect itself is turned."""
    if table.layout.compares:
        return table
    null = 0.0 if world.kind.primary_scale.is_ratio else world.null
    return UnitTable(table.frame.assign(effect=2 * null - table.frame["effect"]), table.layout)


@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
def test_neither_the_order_of_rows_nor_names_matter(estimator, declaration):
    world = World(declaration)
    table = world.table(np.random.default_rng(3), effect=world.effect)
    shuffled = table.frame.sample(frac=1, random_state=4)
    for column in {"cluster", "unit"} & set(shuffled.columns):
        old = sorted(set(shuffled[column]))
        names = np.random.default_rng(7).permutation([f"{place:03}" for place in range(len(old))])
        shuffled[column] = shuffled[column].map(dict(zip(old, names, strict=True)))
    renamed = UnitTable(shuffled, table.layout)
    ran = [world.run(estimator, t) for t in (table, renamed)]
    once, again = (found.effects[world.outcome.on(found.scale).scale.name] for found in ran)
    figures = [(e.estimate, e.low, e.high, e.p_value or 0) for e in (once, again)]
    assert figures[0] == pytest.approx(figures[1], rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
def test_sums_of_units_alike_give_what_their_rows_give(estimator, declaration):
    world = World(declaration)
    if "rows" in estimator.needs or world.kind.from_sums is None or declaration.layout not in IN_CELLS:
        return  # there are no sums for it
    drawn = world.table(np.random.default_rng(6), effect=world.effect)
    table = UnitTable(drawn.frame.assign(x=drawn.frame["x"].round()), drawn.layout)
    cells = cells_of(table, world.outcome, covariates=world.covariates)
    rows = world.run(estimator, table)
    try:
        sums = world.run(estimator, cells)
    except Refusal:
        assert (estimator.name, declaration.kind) in ROW_WISE
        return
    assert sums.parameters == pytest.approx(rows.parameters, rel=1e-9, abs=1e-12)
    assert set(sums.effects) == set(rows.effects)
    for scale, effect in rows.effects.items():
        there = sums.effects[scale]
        ends = [
            (e.estimate, e.low or 0, e.high or 0, e.se or 0, e.df or 0, e.p_value or 0)
            for e in (there, effect)
        ]
        assert ends[0] == pytest.approx(ends[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "degenerate", ["constant", "zero", "one unit an arm", "separated", "one cluster an arm"]
)
@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
def test_degenerate_data_are_estimated_or_refused(estimator, declaration, degenerate):
    world = World(declaration)
    frame = world.table(np.random.default_rng(5), effect=world.null).frame
    if not LAYOUTS[declaration.layout].compares:
        frame = frame.assign(arm=np.where(np.arange(len(frame)) % 2, "b", "a"))
    treated = frame["arm"] == "b"
    if degenerate == "one unit an arm":
        frame = frame[~frame.duplicated("arm")]
    elif degenerate == "one cluster an arm":
        if "cluster" not in frame:
            return
        frame = frame[frame["cluster"].isin(frame[~frame.duplicated("arm")]["cluster"])]
    else:
        y = {"constant": 1.0, "zero": 0.0, "separated": treated.astype(float)}[degenerate]
        frame = frame.assign(effect=y, **_parts(world, pd.Series(y, frame.index), pd.Series(y, frame.index)))
    _estimated_or_refused(world, estimator, frame)


@pytest.mark.parametrize(("estimator", "declaration"), claims(), ids=name_of)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    units=some.lists(
        some.tuples(
            some.sampled_from("ab"), some.integers(0, 3), some.sampled_from([0, 1, 1, 7]), some.integers(0, 2)
        ),
        min_size=2,
        max_size=14,
    )
)  # fmt: skip
def test_small_data_are_estimated_or_refused(estimator, declaration, units):
    world = World(declaration)
    frame = pd.DataFrame(units, columns=["arm", "cluster", "y", "x"]).astype({"y": float, "x": float})
    frame["unit"], frame["period"] = frame["cluster"].astype(str), frame["x"]
    crosses = "period" in LAYOUTS[declaration.layout].requires
    frame["cluster"] = frame["unit"] if crosses else frame["arm"] + frame["unit"]
    frame["stratum"] = "all"
    if not declaration.compared:
        frame["arm"] = "all"
    frame["effect"], frame["se"] = frame["y"], frame["x"]
    parts = _parts(world, frame["y"], frame["x"])
    optional = {part: np.ones(len(frame)) for part in world.kind.optional}
    given = {part: parts[world.outcome.column(part)].to_numpy() for part in _required(world)}
    if world.kind.valid(given | optional):
        parts = _parts(world, frame["y"].clip(0, 1), frame["x"].clip(0, 1))
    _estimated_or_refused(world, estimator, frame.assign(**parts))


def _required(world: World) -> list[str]:
    return [part for part in world.kind.parts if part not in world.kind.optional]


def _parts(world: World, first: pd.Series, others: pd.Series) -> dict[str, object]:
    """The outcome's columns: the kind's first part, the same value for every other, and times of as many events."""
    columns = [world.outcome.column(part) for part in _required(world)]
    found: dict[str, object] = {**dict.fromkeys(columns, others), columns[0]: first}
    for place, wave in enumerate(reversed(world.outcome.waves)):  # the earlier, the more are missing
        found[world.outcome.wave_column(wave)] = first.where(np.arange(len(first)) % 5 >= place)
    if world.declaration.dated:
        found[world.outcome.column("times")] = [[0.5] * int(count) for count in first]
    return found


def _estimated_or_refused(world: World, estimator, frame: pd.DataFrame) -> None:
    """An Effect takes no number that is not finite, so that an estimate is one or the fit raises Refusal."""
    table = UnitTable(frame, LAYOUTS[world.declaration.layout])
    try:
        found = world.run(estimator, table)
    except Refusal as refusal:
        whole_sentences = refusal.reason.endswith(".") and refusal.remedy.endswith(".")
    else:
        whole_sentences = True
        effect = found.effects[world.outcome.on(found.scale).scale.name]
        assert effect.low is None or effect.high is None or effect.low < effect.high
    assert whole_sentences
