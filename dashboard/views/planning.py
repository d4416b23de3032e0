"""Planning: how many, how sure and how small an effect, before anybody is asked to take part."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import streamlit as st

from analysis.refusal import Refusal
from dashboard import asking, elements, planned
from dashboard.address import Choices, Part
from dashboard.drawing.axes import tick_text
from dashboard.export import exports
from dashboard.figure import at_each_width, mode
from dashboard.language import language, later, say, speaking
from dashboard.page import Page
from dashboard.planned import Planned
from dashboard.readable import readable
from dashboard.told import told
from dashboard.words.plans import CAN, CANNOT, DESIGNS, MEASURED, field_label, suppositions
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.planning.answer import Answer
    from analysis.planning.question import Question
    from dashboard.export import Export
    from dashboard.session import Session

DESIGN, KIND = Part("design", "one", tuple(asking.KINDS)), "measured"
IN_ROW = 3  # fields beside each other


def render(session: Session) -> None:
    """Draw the fields, and the answer to what they ask; it needs no pilot."""
    del session
    st.title(say("What could a pilot show?"), anchor=False)
    elements.quiet(
        say("Suppose something, change it, and see what follows. Nothing here rests on data of anybody.")
    )
    design, kind = _what()
    try:
        given = _given(design, kind)
        question, target = asking.question_from(design, kind, given), asking.target_of(design, kind, given)
        if wrong := question.wrong():
            elements.says(told(wrong))
        else:
            _answer(question, target)
    except Fault as fault:
        elements.says(str(fault))
    _limits(design)


def _what() -> tuple[str, str]:
    """The design and what is measured, as the address names them."""
    left, right = st.columns(2)
    with left:
        design = _chosen(DESIGN, say("Design"), DESIGNS)
    with right:
        kind = _chosen(Part(KIND, "one", asking.KINDS[design]), say("What is measured"), MEASURED)
    return design, kind


def _chosen(part: Part, label: str, words: Mapping[str, str]) -> str:
    choices = Choices(f"plan {part.name}", (part,))
    choices.settle()
    st.selectbox(
        label, part.options, format_func=lambda name: words[name], key=part.key, on_change=choices.write
    )
    return next(iter(choices.held().get(part.name, ())), part.options[0])


def _given(design: str, kind: str) -> dict[str, str]:
    """What was written into the fields; an empty one shows what it stands for."""
    known = asking.fields(design, kind)
    parts = tuple(Part(name, "text") for name in known)
    choices = Choices(f"plan {design} {kind}", parts)
    choices.settle()
    names = list(known)
    for first in range(0, len(names), IN_ROW):
        columns = st.columns(IN_ROW)
        for column, name, part in zip(columns, names[first:], parts[first:], strict=False):
            column.text_input(
                field_label(name, design),
                key=part.key,
                placeholder=_shown(known[name]),
                on_change=choices.write,
            )
    return {name: words[0] for name, words in choices.held().items()}


def _shown(value: float | None) -> str:
    return "" if value is None else tick_text(value)


def _answer(question: Question, target: float) -> None:
    """The answer in a sentence, the smallest effect that is found, and the picture."""
    if question.simulated and not _asked_to_draw(question):
        return
    try:
        found = _answered(question, repr(question))
    except Refusal as refused:
        elements.says(f"{told(refused.reason)} {told(refused.remedy)}")
        return
    beside = None if question.simulated else _beside(found, target)
    from dashboard.words.planning import planning_rows, planning_sentence

    st.header(say("The answer"), anchor=False)
    elements.says(planning_sentence(found))
    if beside is not None:
        elements.says(planning_sentence(beside))
    elements.quiet(suppositions(found), *map(told, found.notes))
    _drawn(found, target)
    with st.expander(say("How it was computed")):
        elements.table(
            [{say("Figure"): name, say("Value"): value} for name, value in planning_rows(found)],
            caption=say("The answer by each way to compute it"),
        )


def _asked_to_draw(question: Question) -> bool:
    """Whether somebody asked for the studies to be drawn, which takes some seconds."""
    elements.quiet(
        say(
            "There is no formula for this design: {count} studies are drawn and analysed as planned. It takes some "
            "seconds.",
            count=question.replicates,
        )
    )
    return bool(st.toggle(say("Draw the studies now"), key="draw-studies"))


@st.cache_resource(show_spinner=False, max_entries=200)
def _answered(_question: Question, asked: str) -> Answer:
    """The answer; `asked` says to what."""
    del asked
    from analysis.planning.answer import answer

    return answer(_question)


def _beside(found: Answer, target: float) -> Answer | None:
    """The smallest effect that a study of a given size finds; else what half as many would find."""
    question = found.question
    if found.solved == "size":
        asked = replace(question, size=float(max(round(found.size / 2), 2)), power=None)
    elif found.solved == "power" and question.design != "non-inferiority":
        asked = replace(question, effect=None, power=target)
    else:
        return None
    try:
        return None if asked.wrong() else _answered(asked, repr(asked))
    except Refusal:
        return None


def _drawn(found: Answer, target: float) -> None:
    """The picture with its table and files; nothing where there is no curve."""
    from analysis.planning.curves import power_curve

    curve = power_curve(found, target=target)
    if curve is None:
        return
    plan = Planned(found, curve, target, _version())
    at_each_width(
        lambda width: planned.draw(plan, mode=mode(), width=width, framed=False),
        key="power",
        unique="power",
        described=planned.describe(plan),
    )
    with st.expander(say("The numbers and downloads")):
        elements.table(readable(planned.table(plan)), caption=say("Chance to find the effect, by size"))
        with st.container(horizontal=True):
            for export in exports().values():
                st.download_button(
                    say("Download {format}", format=export.name.upper()),
                    data=partial(_file, plan, export, language()),
                    file_name=f"power-{found.question.design}.{export.extension}",
                    on_click="ignore",
                    key=f"power-{export.name}",
                )


def _file(plan: Planned, export: Export, spoken: str) -> bytes:
    """The plan in a format, light and at the standard width."""
    with speaking(spoken):
        return export.make(planned.picture(plan))


def _limits(design: str) -> None:
    """What the design can and cannot show."""
    st.header(say("What this design can and cannot show"), anchor=False)
    elements.bullets([CAN[design], CANNOT[design]])


def _version() -> str:
    try:
        return version("watchkeeper")
    except PackageNotFoundError:
        return ""


PAGE = Page("planning", later("Planning"), "△", 50, render, section="reference")
