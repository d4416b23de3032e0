"""What the statistics say is told whole in every language, with the same figures, or stays English and says so."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import analysis
from analysis.calibration.table import kept
from analysis.check import checks
from analysis.disclosure import Release, release
from analysis.estimator import estimators
from analysis.layout import LAYOUTS
from analysis.outcome import kinds
from analysis.policy import policy_for
from analysis.refused import refused
from analysis.supplement import supplements
from dashboard.elements import marked
from dashboard.language import CATALOGUES, LANGUAGES, entries, speaking
from dashboard.told import CATALOGUED, SPACE, told
from experiments.design import designs
from experiments.pilot import stored_evaluation
from experiments.plan import study_facts
from experiments.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHERS = [name for name in LANGUAGES if name != "en"]
HOME = Path(analysis.__file__).parent
UNSEEN = (  # modules whose texts no page shows: the calibration's own command, plug-ins' faults, what draws data
    *("calibration/__main__.py", "calibration/asked.py", "calibration/work.py", "calibration/table.py"),
    *("calibration/exact.py", "chance/lots.py", "worlds", "layout.py", "refusal.py", "release/withheld.py"),
    *("release/published.py", "release/drafted.py", "release/drafts.py", "release/system.py"),
)
PLACE = r"{[^{}]*}"
CODE = re.compile(r"[a-z]+( [a-z]+)* \| .*|[\w ]*\bse_hc.*|var_.*")  # types, names of parameters


def template(node: ast.AST) -> str | None:
    """The text of a literal, with {} for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(PLACE, "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            re.sub(PLACE, "{}", part.value.replace("{{", "{").replace("}}", "}"))
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
            else "{}"
            for part in node.values
        )
    return None


def silent(tree: ast.AST) -> Iterator[ast.AST]:
    """What never reaches a reader: docstrings, types, and the messages of errors that are no refusals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from (each for each in node.body[:1] if isinstance(each, ast.Expr))
        if isinstance(node, ast.Raise) and not (isinstance(node.exc, ast.Call) and is_refusal(node.exc)):
            yield node
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation


def is_refusal(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "Refusal"


def sentences(file: Path) -> set[str]:
    """The texts of more than a word in a module that a reader may see."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {id(inner) for node in silent(tree) for inner in ast.walk(node)}
    found = {text for node in ast.walk(tree) if id(node) not in skipped and (text := template(node))}
    return {
        text
        for text in found
        if re.search(r"[A-Za-z]{2,} [A-Za-z{]", text)
        and not CODE.fullmatch(text)
        and not set(text.split()) <= set(LAYOUTS)
    }


def analysed() -> list[Path]:
    return [file for file in sorted(HOME.rglob("*.py")) if not str(file.relative_to(HOME)).startswith(UNSEEN)]


def pieces(text: str) -> list[str]:
    """What a text says between its places, but for single words."""
    found = (re.sub(r"^[^A-Za-z]+|[^A-Za-z]+$", "", piece) for piece in text.split("{}"))
    return [piece for piece in found if " " in piece]


@pytest.mark.parametrize("spoken", OTHERS)
def test_every_sentence_in_the_code_of_the_statistics_is_in_a_catalogue(spoken: str) -> None:
    texts = [text for name in CATALOGUED for text in entries(CATALOGUES / spoken / name)]
    known = "\n".join(re.sub(PLACE, "{}", text) for text in texts)
    missing = {
        (str(file.relative_to(HOME)), text)
        for file in analysed()
        for text in sentences(file)
        if not all(piece in known for piece in pieces(text))
    }
    assert sorted(missing) == []


def constant() -> dict[str, str]:
    """Every text that methods, checks, outcome kinds, designs and their like bring along, by where it stands."""
    found: dict[str, str] = {}
    for check in checks().values():
        found |= dict.fromkeys((check.label, check.means, check.advice), check.name)
    for estimator in estimators().values():
        told_of_it = {heading: said for heading, said in estimator.card().items() if heading != "Source"}
        found |= dict.fromkeys((estimator.label, *told_of_it, *told_of_it.values()), estimator.name)
    for supplement in supplements().values():
        found |= dict.fromkeys((supplement.label, supplement.question), supplement.name)
    for kind in kinds().values():
        found |= dict.fromkeys((kind.label, *(scale.label for scale in kind.scales)), kind.name)
    for method in refused().values():
        found |= dict.fromkeys((method.label, method.refusal.reason, method.instead), method.name)
    for design in designs().values():
        found |= {design.label: design.name}
    return {**found, **{row.design: "calibration" for row in kept()}}


@pytest.mark.parametrize("spoken", OTHERS)
def test_every_label_card_and_question_is_told(spoken: str) -> None:
    with speaking(spoken):
        missing = {
            text: where
            for text, where in constant().items()
            if text != "Summary" and told(text).lang != spoken
        }
    assert missing == {}


@pytest.fixture(scope="module")
def bundled(demo_store: Path) -> list[Release]:
    """The releases of the bundled pilots that are analysed, for everybody and for the research team."""
    store = Store(demo_store)
    kept_ones = {study: stored_evaluation(store, study) for study in store.studies()}
    found = [(evaluation, study) for study, evaluation in kept_ones.items() if evaluation]
    return [
        release(each, policy_for(study_facts(store.study(study)), name))
        for each, study in found
        for name in ("internal", "public")
    ]


def said_of(found: Release) -> Iterator[str]:
    """Every sentence that the statistics make of a study's figures."""
    labels = {arm.name: arm.label for arm in found.study.arms}
    yield from (check.says for check in found.checks)
    yield from (text for refusal in found.not_estimable for text in (refusal.reason, refusal.remedy))
    yield from (note for finding in found.findings for note in finding.finding.estimate.notes)
    for supplied in found.supplied:
        yield from (supplied.sentence(labels), *supplied.notes)
    yield from found.withheld


def figures(text: str, *, spoken: str) -> list[str]:
    """The figures of a text, each as English writes it without commas."""
    if spoken == "fr":
        return sorted(
            re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d)\u202f(?=\d)", "", text).replace(",", "."))
        )
    return sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text)))


@pytest.mark.parametrize("spoken", OTHERS)
def test_every_sentence_on_a_study_is_told_whole_with_the_same_figures(
    spoken: str, bundled: list[Release]
) -> None:
    said = {text for found in bundled for text in said_of(found) if text}
    assert len(said) > 30
    with speaking(spoken):
        translated = {text: told(text) for text in said}
    assert [text for text, found in translated.items() if found.lang != spoken] == []
    assert [
        (text, found)
        for text, found in translated.items()
        if figures(text, spoken="en") != figures(found, spoken=spoken)
    ] == []


def test_a_text_is_told_whole_or_not_at_all() -> None:
    known, unknown = "Measure more units in each arm.", "Ask somebody who knows."
    part = "{name} z for ‘A’ against ‘B’ is 2.1 and the boundary 1.96, which is reached."
    with speaking("fr"):
        assert told(known).lang == "fr"
        for text in (unknown, f"{known} {unknown}", part.format(name="By the light of the moon"), "Blue."):
            assert told(text) == text
            assert told(text).lang == "en"


def test_names_in_a_sentence_are_told_by_the_study_alone() -> None:
    text = "Burnout: every unit was measured in ‘Blurred view’ and ‘Usual view’."
    with speaking("fr"):
        found = told(text, {"Blurred view": "Vue floutée", "Burnout": "Épuisement"})
        assert found.replace(SPACE, " ") == (
            "Épuisement : chaque unité a été mesurée sous « Vue floutée » et « Usual view »."
        )
        assert told(found) is found


def test_english_is_said_as_it_stands() -> None:
    assert [told(text).lang for text in ("", "Anything.")] == ["en", "en"]
    assert told("p = 0.04, n = 1,234") == "p = 0.04, n = 1,234"


def test_what_nobody_translated_is_marked_for_voices() -> None:
    with speaking("fr"):
        assert marked(told("Ask < somebody.")) == '<span lang="en">Ask &lt; somebody.</span>'
        assert "span" not in marked(told("Measure more units in each arm."))
    assert marked(told("Ask < somebody.")) == "Ask &lt; somebody."
