"""The marks of charts as paths, in the shapes that plotly gives them."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def length(value: float) -> str:
    """A length in pixels, to a hundredth.

    >>> length(12.0), length(-0.333)
    ('12', '-0.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _circle(r: float) -> str:
    round_to = f"a{length(r)},{length(r)} 0 1,1 "
    return f"m{length(r)},0{round_to}{length(-2 * r)},0{round_to}{length(2 * r)},0z"


def _square(r: float) -> str:
    return f"m{length(r)},{length(r)}h{length(-2 * r)}v{length(-2 * r)}h{length(2 * r)}z"


def _diamond(r: float) -> str:
    d = 1.3 * r
    return f"m{length(d)},0l{length(-d)},{length(d)}l{length(-d)},{length(-d)}l{length(d)},{length(-d)}z"


def _triangle(r: float, *, up: int) -> str:
    half = 2 * r / sqrt(3)
    return (
        f"m{length(-half)},{length(up * r / 2)}h{length(2 * half)}l{length(-half)},{length(-1.5 * up * r)}z"
    )


def _arrow(r: float, *, right: int) -> str:
    return f"l{length(-2 * right * r)},{length(-r)}v{length(2 * r)}z"


def _cross(r: float) -> str:
    long, short = 1.2 * r, 0.4 * r
    arm = long - short
    steps = (
        f"h{length(-arm)}v{length(arm)}h{length(-2 * short)}v{length(-arm)}h{length(-arm)}v{length(-2 * short)}"
        f"h{length(arm)}v{length(-arm)}h{length(2 * short)}v{length(arm)}h{length(arm)}z"
    )
    return f"m{length(long)},{length(short)}{steps}"


MARKS: Mapping[str, Callable[[float], str]] = {  # from the middle of a mark, for half its size
    "circle": _circle,
    "square": _square,
    "diamond": _diamond,
    "triangle-up": lambda r: _triangle(r, up=1),
    "triangle-down": lambda r: _triangle(r, up=-1),
    "cross": _cross,
    "arrow-left": lambda r: _arrow(r, right=-1),
    "arrow-right": lambda r: _arrow(r, right=1),
}
