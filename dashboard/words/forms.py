"""The forms that figures, days and nouns take in the language spoken; in English they stay as they are written."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from dashboard.language import language, say

if TYPE_CHECKING:
    from collections.abc import Callable

SPACE = "\N{NO-BREAK SPACE}"  # between a number and its per cent sign
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LINKING = frozenset(
    {"de", "du", "des", "d’une", "d’un", "par", "à", "au", "en", "pour", "sur", "avec", "sans"}
)
ALIKE = frozenset({"fois", "mois", "cas", "temps", "avis", "accès", "pays", "ou", "et"})  # one or several


def in_form(text: str) -> str:
    """Every figure of an English text in the form of the language spoken: its decimal sign and its thousands.

    >>> from dashboard.language import speaking
    >>> in_form("1,234.5 of 12")
    '1,234.5 of 12'
    >>> with speaking("fr"):
    ...     in_form("1,234.5").replace("\N{NARROW NO-BREAK SPACE}", "_")
    '1_234,5'
    """
    if language() == "en":
        return text
    signs = str.maketrans(_signs(language()))
    return FIGURE.sub(lambda found: found[0].translate(signs), text)


@cache
def _signs(spoken: str) -> dict[str, str]:
    """What stands for the English decimal point and between thousands, as Unicode's locale data have it."""
    from babel import Locale

    signs = Locale.parse(spoken).number_symbols["latn"]
    return {".": signs["decimal"], ",": signs["group"]}


def day_text(instant: str) -> str:
    """The day of an ISO 8601 date or instant.

    >>> from dashboard.language import speaking
    >>> day_text("2026-10-05T09:30:00+00:00").replace(SPACE, " ")
    '5 Oct 2026'
    >>> with speaking("fr"):
    ...     day_text("2026-10-05").replace(SPACE, " "), day_text("2026-02-01").replace(SPACE, " ")
    ('5 octobre 2026', '1er février 2026')
    """
    on = datetime.fromisoformat(instant)
    return f"{_ordinal(on.day)}{SPACE}{_month(on.month, short=False)}{SPACE}{on.year}"


def month_text(day: str) -> str:
    """The month of an ISO 8601 date, as short as it can be.

    >>> month_text("2026-10-05").replace(SPACE, " ")
    'Oct 2026'
    """
    on = date.fromisoformat(day)
    return f"{_month(on.month, short=True)}{SPACE}{on.year}"


def short_day(day: str) -> str:
    """The day of an ISO 8601 date, without its year.

    >>> short_day("2026-10-05").replace(SPACE, " ")
    '5 Oct'
    """
    on = date.fromisoformat(day)
    return f"{_ordinal(on.day)}{SPACE}{_month(on.month, short=True)}"


def _ordinal(day: int) -> str:
    return "1er" if day == 1 and language() == "fr" else str(day)


def _month(month: int, *, short: bool) -> str:
    """A month's name; English has but short ones."""
    return MONTHS[month - 1] if language() == "en" else _months(language(), short)[month]


@cache
def _months(spoken: str, short: bool) -> dict[int, str]:
    from babel.dates import get_month_names

    return {**get_month_names("abbreviated" if short else "wide", locale=spoken)}


def said_of(what: str, text: str) -> str:
    """Something, and what is said of it, parted by the colon of the language spoken.

    >>> said_of("Week 2", "0.3")
    'Week 2: 0.3'
    """
    return say("{what}: {text}", what=what, text=text)


def with_unit(figure: str, unit: str) -> str:
    """A figure and its unit; French never parts a figure from its per cent sign.

    >>> with_unit("2", "points"), with_unit("2", "")
    ('2 points', '2')
    """
    if not unit:
        return figure
    return f"{figure}{SPACE if unit == '%' and language() == 'fr' else ' '}{unit}"


def one(unit: str) -> str:
    """A unit of just one: French leaves the plural off up to the first word that links.

    >>> from dashboard.language import speaking
    >>> one("percentage points"), one("seconds")
    ('percentage point', 'second')
    >>> with speaking("fr"):
    ...     one("points de pourcentage"), one("écarts types"), one("mois")
    ('point de pourcentage', 'écart type', 'mois')
    """
    if language() == "en":
        return unit.removesuffix("s")
    return _each_noun(unit, _singular)


def several(name: str) -> str:
    """More than one of what a study counts: visitors, teams, days.

    >>> from dashboard.language import speaking
    >>> several("visitor")
    'visitors'
    >>> with speaking("fr"):
    ...     several("équipe de modération"), several("mois"), several("réseau"), several("canal")
    ('équipes de modération', 'mois', 'réseaux', 'canaux')
    >>> with speaking("fr"):
    ...     several("modérateur ou modératrice"), several("personne chargée de modération")
    ('modérateurs ou modératrices', 'personnes chargées de modération')
    """
    return f"{name}s" if language() == "en" else _each_noun(name, _plural)


def counted(number: float, name: str) -> str:
    """One or several of what a study counts, as the language spoken counts: French says 0 day, English 0 days.

    >>> from dashboard.language import speaking
    >>> counted(1, "day"), counted(0, "day")
    ('day', 'days')
    >>> with speaking("fr"):
    ...     counted(0, "jour"), counted(2, "jour")
    ('jour', 'jours')
    """
    single = abs(number) < 2 if language() == "fr" else number == 1
    return name if single else several(name)


def _singular(noun: str) -> str:
    return noun if noun in ALIKE else noun.removesuffix("s")


def _plural(noun: str) -> str:
    if noun in ALIKE or not noun or noun[-1] in "sxz":
        return noun
    if noun.endswith(("eau", "eu")):
        return f"{noun}x"
    return f"{noun[:-2]}aux" if noun.endswith("al") else f"{noun}s"


def _each_noun(phrase: str, changed: Callable[[str], str]) -> str:
    """The phrase with the words before its first linking word changed, each part of a hyphenated one."""
    told = phrase.split(" ")
    until = next((place for place, word in enumerate(told) if word in LINKING or "’" in word), len(told))
    head = ("-".join(map(changed, word.split("-"))) for word in told[:until])
    return " ".join((*head, *told[until:]))
