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
from dashboard.drawing.on_page import at_widths
from dashboard.export import exports
from dashboard.figure import mode
from dashboard.language import language, later, say, speaking
from dashboard.page import Page
from dashboard.planned import Planned
from dashboard.readable import readable
from dashboard.told import told
from dashboard.views._begun import begun, put_first
from dashboard.words.plans import CAN, CANNOT, DESIGNS, MEASURED, field_label, suppositions
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.planning.answer import Answer
    from analysis.planning.question import Question
    from dashboard.export import Export
    from dashboard.session import Session
    from dashboard.starting import Start
    from dashboard.theme import Mode

IN_ROW = 3  # fields beside each other


def render(session: Session) -> None:
    """Draw the fields, and the answer to what they ask; it needs no pilot, and may start from one."""
    st.title(say("What could a pilot show?"), anchor=False)
    start = begun(session)
    design, kind = _what(start)
    usual = start.values_for(design, kind) if start else asking.USUAL
    try:
        given = _given(design, kind, usual)
        question = asking.question_from(design, kind, given, usual)
        target = asking.target_of(design, kind, given)
        if wrong := question.wrong():
            elements.says(told(wrong))
        else:
            _answer(question, target, start)
    except Fault as fault:
        elements.says(str(fault))
    _limits(design)


def _what(start: Start | None) -> tuple[str, str]:
    """The design and what is measured, as the address names them, else those of the pilot."""
    left, right = st.columns(2)
    with left:
        designs = put_first(tuple(asking.KINDS), start.design if start else None)
        design = _chosen(Part("design", "one", designs), say("Design"), DESIGNS)
    with right:
        kinds = put_first(asking.KINDS[design], start.kind if start else None)
        kind = _chosen(Part("measured", "one", kinds), say("What is measured"), MEASURED)
    return design, kind


def _chosen(part: Part, label: str, words: Mapping[str, str]) -> str:
    choices = Choices(f"plan {part.name}", (part,))
    choices.settle()
    st.selectbox(
        label, part.options, format_func=lambda name: words[name], key=part.key, on_change=choices.write
    )
    return next(iter(choices.held().get(part.name, ())), part.options[0])


def _given(design: str, kind: str, usual: Mapping[str, float]) -> dict[str, str]:
    """What was written into the fields; an empty one shows what it stands for."""
    known = asking.fields(design, kind, usual)
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


def _answer(question: Question, target: float, start: Start | None) -> None:
    """The answer in a sentence, the smallest effect that is found, and the picture."""
    if question.simulated and not _asked_to_draw(question):
        return
    try:
        found = _answered(question, repr(question))
    except Refusal as refused:
        elements.says(f"{told(refused.reason)} {told(refused.remedy)}")
        return
    beside = None if question.simulated else _beside(found, target, start)
    from dashboard.words.planning import planning_rows, planning_sentence

    st.header(say("The answer"), anchor=False)
    elements.says(planning_sentence(found))
    if beside is not None:
        elements.says(planning_sentence(beside))
    elements.quiet(suppositions(found), *map(told, found.notes))
    _drawn(found, target, start)
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


def _beside(found: Answer, target: float, start: Start | None) -> Answer | None:
    """The smallest effect that a study of a given size finds; else what one as large as the pilot would find.

    Without a pilot, what half as many would find.
    """
    question = found.question
    if found.solved == "size":
        large = start.size_for(question.design, question.kind) if start else None
        asked = replace(question, size=large or float(max(round(found.size / 2), 2)), power=None)
    elif found.solved == "power" and question.design != "non-inferiority":
        asked = replace(question, effect=None, power=target)
    else:
        return None
    try:
        return None if asked.wrong() else _answered(asked, repr(asked))
    except Refusal:
        return None


def _drawn(found: Answer, target: float, start: Start | None) -> None:
    """The picture with its table and files; nothing where there is no curve."""
    from analysis.planning.curves import power_curve

    curve = power_curve(found, target=target)
    if curve is None:
        return
    plan = Planned(found, curve, target, _version(), start)
    elements.html(_drawing(plan, repr(plan), language(), mode()))
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


@st.cache_resource(show_spinner=False, max_entries=200)
def _drawing(_plan: Planned, made: str, spoken: str, mode: Mode) -> str:
    """The picture at each width, as markup; `made` says of what, `spoken` in which language."""
    del made, spoken
    return at_widths(
        lambda width: planned.sheet(_plan, mode=mode, width=width, framed=False),
        described=planned.describe(_plan),
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
