"""How checks write figures into their sentences."""

from __future__ import annotations


def format_p(p_value: float) -> str:
    """A p-value in a sentence.

    >>> format_p(0.0321), format_p(0.00002), format_p(1.0)
    ('p = 0.032', 'p < 0.001', 'p > 0.99')
    """
    if p_value < 0.001:
        return "p < 0.001"
    return "p > 0.99" if p_value > 0.99 else f"p = {p_value:.3f}"
