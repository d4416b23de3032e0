"""The language that everything is said in: English as it stands in the code, others from their catalogues."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}
CATALOGUES = Path(__file__).parent / "languages"  # a folder a language, with any number of .po files

_current: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The key of the language that is spoken now, a word of `LANGUAGES`."""
    return _current.get()


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Say everything inside in the language `wanted`. Raises KeyError for one that is not there."""
    if wanted not in LANGUAGES:
        raise KeyError(wanted)
    token = _current.set(wanted)
    try:
        yield
    finally:
        _current.reset(token)


def speak(wanted: str) -> None:
    """Say everything from here on, in this thread, in the language `wanted`: for a page's run."""
    _current.set(wanted if wanted in LANGUAGES else "en")


def say(text: str, /, **values: object) -> str:
    """The text in the language spoken, with `values` in the places that it names.

    The text stands in the call as a literal: a test collects them and wants each in every catalogue.

    >>> say("{count} pilots", count=3)
    '3 pilots'
    >>> with speaking("fr"):
    ...     say("Language")
    'Langue'
    """
    spoken = _catalogue(language()).get(text, text)
    return spoken.format(**values) if values else spoken


def count_of(one: str, many: str, /, count: int, **values: object) -> str:
    """`one` or `many`, as the language spoken counts: French says 0 and 1 in the singular.

    Both are looked up like `say`'s texts; `count` and `values` fill their places.

    >>> count_of("{count} pilot", "{count} pilots", 1), count_of("{count} pilot", "{count} pilots", 0)
    ('1 pilot', '0 pilots')
    """
    single = abs(count) < 2 if language() == "fr" else count == 1
    return say(one if single else many, **{"count": count, **values})


def later(text: str, /) -> str:
    """A text that stands in a constant: said in English here, to be looked up by `say` where it is shown.

    >>> later("Passed")
    'Passed'
    """
    return text


@cache
def _catalogue(spoken: str) -> Mapping[str, str]:
    """Every sentence of a language by its English one; empty for English."""
    folder = CATALOGUES / spoken
    return {text: said for file in sorted(folder.glob("*.po")) for text, said in entries(file).items()}


@cache
def entries(file: Path) -> Mapping[str, str]:
    """The sentences of one catalogue (gettext .po, UTF-8), by their English text; untranslated ones left out."""
    from babel.messages.pofile import read_po

    with file.open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source) if m.id and m.string and not m.fuzzy}


def places(text: str) -> set[str]:
    """The names of the places in a text.

    >>> sorted(places("{count} of {total}"))
    ['count', 'total']
    """
    return set(re.findall(r"{(\w+)[^}]*}", text))
