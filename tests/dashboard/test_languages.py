"""Every sentence that the dashboard says exists in every language, with the same places to fill."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dashboard
from dashboard.language import CATALOGUES, LANGUAGES, entries, language, places, say, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = Path(dashboard.__file__).parent
ASKING = {"say": 1, "later": 1, "count_of": 2}  # how many of the first arguments are texts
OTHERS = [name for name in LANGUAGES if name != "en"]


def texts(tree: ast.AST) -> set[str]:
    """The literal texts that a module hands to `say` and its kin."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING:
            for argument in node.args[: ASKING[node.func.id]]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def said() -> set[str]:
    """All texts of the dashboard."""
    files = (file for file in HOME.rglob("*.py"))
    return {text for file in files for text in texts(ast.parse(file.read_text(encoding="utf-8"))) if text}


def catalogues(spoken: str) -> dict[str, Mapping[str, str]]:
    return {file.name: entries(file) for file in sorted((CATALOGUES / spoken).glob("*.po"))}


@pytest.mark.parametrize("spoken", OTHERS)
def test_every_sentence_is_in_the_catalogues_of_a_language(spoken: str) -> None:
    known = {text for file in catalogues(spoken).values() for text in file}
    assert sorted(said() - known) == []


@pytest.mark.parametrize("spoken", OTHERS)
def test_a_translation_fills_the_same_places(spoken: str) -> None:
    wrong = [
        text
        for file in catalogues(spoken).values()
        for text, translated in file.items()
        if places(text) != places(translated)
    ]
    assert wrong == []


@pytest.mark.parametrize("spoken", OTHERS)
def test_no_sentence_has_two_translations(spoken: str) -> None:
    seen: dict[str, tuple[str, str]] = {}
    twice = []
    for name, file in catalogues(spoken).items():
        for text, translated in file.items():
            before = seen.setdefault(text, (name, translated))
            if before[1] != translated:
                twice.append((text, before[0], name))
    assert twice == []


def test_french_signs_stand_as_french_print_has_them() -> None:
    """A space that does not break before : and inside « », a narrow one before ; ? and !, a curled apostrophe."""
    plain_space = re.compile(
        r" [:;?!»%](?!=)|« |[^\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}][;?!]|'|[a-zé]: "
    )
    written = {
        text: re.sub(r"`[^`]*`", "", text) for file in catalogues("fr").values() for text in file.values()
    }
    assert [text for text, bare in written.items() if plain_space.search(bare)] == []


def test_a_language_is_spoken_only_inside_its_block() -> None:
    with speaking("fr"):
        assert language() == "fr"
        assert say("Language") == "Langue"
    assert language() == "en"
    assert say("Language") == "Language"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError), speaking("xx"):
        pass
