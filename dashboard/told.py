"""What the statistics say, in the language spoken: finished English sentences, found again by their patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from dashboard.language import CATALOGUES, entries, language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CATALOGUED = ("analysis.po", "methods.po")  # the catalogues whose texts with places are patterns
SPACE = "\N{NO-BREAK SPACE}"
GIVEN = frozenset(  # places of names that somebody gave: they are right in any language
    (
        *("treatment", "control", "arm", "outcome", "covariate", "attribute", "label", "source"),
        *("column", "name", "names", "kind", "layout"),
    )
)
DAYS = frozenset(("day", "last_day"))  # places of days, written like 3 May 2026
LISTS = frozenset(("methods",))  # places of texts one after the other, with a comma between them
NO_NAMES: Mapping[str, str] = MappingProxyType({})
_PLACE = re.compile(r"{(\w+)}")
_NUMBER = r"[−+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"
_FIGURE = re.compile(rf"(?:[pz] )?(?:[=<>≈] ?)?{_NUMBER}(?: ?%)?")
_AMOUNT = re.compile(rf"({_FIGURE.pattern}) (.+)")
_QUOTED = re.compile(r"‘([^’]*)’|'([^']*)'")
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z‘'])")


class Told(str):
    """A finished text that knows its language: English where nobody translated it."""

    lang = "en"

    def written_out(self) -> Told:
        """The text with its braces doubled: filling in its places gives it back, and it knows its language."""
        return _made(self.replace("{", "{{").replace("}", "}}"), self.lang)

    def format(self, *values: object, **named: object) -> Told:
        """The text with its places filled."""
        return _made(super().format(*values, **named), self.lang)


@dataclass(frozen=True)
class _Pattern:
    """A text with places, in English and in another language."""

    text: str
    said: str

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What stands between the places."""
        return tuple(part for part in _PLACE.split(self.text)[::2] if part)

    @cached_property
    def matcher(self) -> re.Pattern[str]:
        """The text as a regular expression; a place that comes again must hold the same."""
        pieces: list[str] = []
        places: set[str] = set()
        for at, part in enumerate(_PLACE.split(self.text)):
            if at % 2 == 0:
                pieces.append(re.escape(part))
            else:
                pieces.append(f"(?P={part})" if part in places else f"(?P<{part}>.+?)")
                places.add(part)
        return re.compile("".join(pieces), re.DOTALL)

    def parts(self, text: str) -> dict[str, str] | None:
        """What `text` holds in each place; None where it is another text."""
        if not all(literal in text for literal in self.literals):
            return None
        found = self.matcher.fullmatch(text)
        return found.groupdict() if found else None


def told(text: str, names: Mapping[str, str] = NO_NAMES) -> Told:
    """A finished English text of the statistics in the language spoken; in English, and marked so, without one.

    `names` are a study's own words (labels, units) in the language spoken, by those in its file. A text is told
    whole or not at all: one with a part that is not known stays English.

    >>> from dashboard.language import speaking
    >>> with speaking("fr"):
    ...     told("Measure more units in each arm."), told("Nobody wrote this.").lang
    ('Mesurer davantage d’unités dans chaque bras.', 'en')
    """
    if isinstance(text, Told) and text.lang == language():
        return text
    if language() == "en" or not text:
        return _made(text, language())
    return _known(text, language()) if not names else _found(text, names)


@lru_cache(maxsize=4_000)
def _known(text: str, spoken: str) -> Told:
    """A text without a study's words; `spoken` is the language spoken, which what is remembered depends on."""
    del spoken
    return _found(text, NO_NAMES)


def named(text: str, names: Mapping[str, str] = NO_NAMES) -> Told:
    """A name in the language spoken: a study's own word, or one that we gave; else as it stands.

    >>> from dashboard.language import speaking
    >>> with speaking("fr"):
    ...     named("week"), named("Warning", {"Warning": "Avertissement"}), named("Blue")
    ('semaine', 'Avertissement', 'Blue')
    """
    return _made(_word(text, names), language())


def _found(text: str, names: Mapping[str, str]) -> Told:
    said = _said(text, names)
    return _made(text, "en") if said is None else _made(said, language())


def _made(text: str, lang: str) -> Told:
    made = Told(text)
    made.lang = lang
    return made


def _said(text: str, names: Mapping[str, str]) -> str | None:
    """The text in the language spoken: found whole, by a pattern, or by its sentences; None for an unknown one."""
    if _FIGURE.fullmatch(text):
        return figures(text)
    if (whole := names.get(text, _texts(language()).get(text))) is not None:
        return whole
    for pattern in _patterns(language()):
        if (parts := pattern.parts(text)) and (filled := _filled(parts, names)) is not None:
            return pattern.said.format(**filled)
    sentences = _SENTENCES.split(text)
    return _all(sentences, " ", names) if len(sentences) > 1 else None


def _all(texts: Sequence[str], joint: str, names: Mapping[str, str]) -> str | None:
    """Texts one after the other; None where one is unknown."""
    said = [_said(text, names) for text in texts]
    known = [text for text in said if text is not None]
    return joint.join(known) if len(known) == len(said) else None


def _filled(parts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str] | None:
    """Each part in the language spoken; None where one is unknown."""
    filled: dict[str, str] = {}
    for place, text in parts.items():
        said = _part(place, text, names)
        if said is None:
            return None
        filled[place] = said
    return filled


def _part(place: str, text: str, names: Mapping[str, str]) -> str | None:
    if place in GIVEN:
        return _named(text, names)
    if place in DAYS:
        return _day(text)
    if place in LISTS:
        return _all(_listed(text), ", ", names)
    if (said := _said(text, names)) is not None:
        return said
    found = _AMOUNT.fullmatch(text)
    return f"{figures(found[1])}{SPACE}{_unit(found, names)}" if found else None


def _unit(amount: re.Match[str], names: Mapping[str, str]) -> str:
    """The unit of an amount, in the singular where the language counts it so."""
    from dashboard.words.forms import one  # words themselves tell texts of the statistics

    unit = _word(amount[2], names)
    number = re.search(r"[\d.]+(?:e[+-]?\d+)?", amount[1].replace(",", ""))
    return one(unit) if number and float(number[0]) < 2 else unit


def _named(text: str, names: Mapping[str, str]) -> str:
    """Names in the language spoken, in its quotation marks where they stood in quotation marks."""
    if not _QUOTED.search(text):
        return _word(text, names)
    pieces = [
        piece if at % 2 == 0 else f"«{SPACE}{_word(piece, names)}{SPACE}»"
        for at, piece in enumerate(_QUOTED.sub("\0\\1\\2\0", text).split("\0"))
    ]
    return "".join(figures(piece) if at % 2 == 0 else piece for at, piece in enumerate(pieces))


def _day(text: str) -> str:
    """A day, such as 3 May 2026, in the language spoken."""
    from dashboard.words.forms import day_text  # words themselves tell texts of the statistics

    return day_text(datetime.strptime(f"{text} +0000", "%d %B %Y %z").isoformat())


def _listed(text: str) -> list[str]:
    """The known texts that a list puts together; some hold a comma themselves."""
    pieces, listed = text.split(", "), []
    while pieces:
        ends = range(len(pieces), 0, -1)
        end = next((end for end in ends if ", ".join(pieces[:end]) in _texts(language())), 1)
        listed.append(", ".join(pieces[:end]))
        pieces = pieces[end:]
    return listed


def _word(text: str, names: Mapping[str, str]) -> str:
    known = {} if language() == "en" else _texts(language())
    return names.get(text) or known.get(text) or text


def figures(text: str) -> str:
    """The figures of an English text as the language spoken writes them, with its minus and per cent signs.

    >>> from dashboard.language import speaking
    >>> with speaking("fr"):
    ...     figures("p = 0.04"), figures("-12.5 %").replace(SPACE, "~")
    ('p = 0,04', '−12,5~%')
    """
    from dashboard.words.forms import in_form  # words themselves tell texts of the statistics

    signed = re.sub(r"(?<![\w-])-(?=\d)", "−", in_form(text))
    return re.sub(r"(?<=\d) ?%", f"{SPACE}%", signed)


@cache
def _texts(spoken: str) -> Mapping[str, str]:
    """The texts that `told` looks things up in, by their English ones."""
    folder = CATALOGUES / spoken
    return {text: said for name in CATALOGUED for text, said in entries(folder / name).items()}


@cache
def _patterns(spoken: str) -> tuple[_Pattern, ...]:
    """The texts with places, those that say most first."""
    found = [_Pattern(text, said) for text, said in _texts(spoken).items() if _PLACE.search(text)]
    return tuple(sorted(found, key=lambda pattern: -sum(map(len, pattern.literals))))
