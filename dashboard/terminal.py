"""Printing where the terminal's own set of characters lacks some of ours: near signs instead of a crash."""

from __future__ import annotations

import codecs
import sys
import unicodedata

NEAR = {
    "\N{NO-BREAK SPACE}": " ",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "‘": "'",
    "’": "'",
    "«": '"',
    "»": '"',
    "œ": "oe",
    "“": '"',
    "”": '"',
    "…": "...",
    "×": "x",
    "✓": "+",
    "✗": "x",
    "▲": "^",
    "▼": "v",
    "◆": "=",
    "■": "=",
    "○": "?",
}


def near(text: str) -> str:
    """`text` in ASCII: signs that look alike, letters without their accents, and else a question mark.

    >>> near("‘é’ −3.1 ✓ 中")
    "'e' -3.1 + ?"
    """
    bare = unicodedata.normalize("NFKD", "".join(NEAR.get(letter, letter) for letter in text))
    kept = (letter for letter in bare if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() else "?" for letter in kept)


def print_anywhere() -> None:
    """Let both streams write near signs for those that their encoding lacks."""
    codecs.register_error("near", _handle)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="near")


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return near(error.object[error.start : error.end]), error.end
