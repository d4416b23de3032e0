"""Faults of the input or the state: one clear sentence for the user, and an exit code, never a traceback."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fault(Exception):
    """The input or the state does not allow it: what was found, what was expected, what to do.

    Messages never quote a value from a log.

    >>> raise Fault("The file is empty.", expected="a header line and at least one event", do="Export it again.")
    Traceback (most recent call last):
        ...
    experiments.faults.Fault: The file is empty. Expected: a header line and at least one event. Export it again.
    """

    exit_code = 1

    def __init__(self, found: str, *, expected: str = "", do: str = "") -> None:
        wanted = f" Expected: {expected.rstrip('.')}." if expected else ""
        super().__init__(f"{found}{wanted}{' ' + do if do else ''}")


class Gate(Fault):
    """It ran, and a gate says no: a failed check under --strict, a locked plan, a withheld release."""

    exit_code = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the known word that is nearest to a misspelt one; empty where none is near.

    >>> did_you_mean("propotion", ["mean", "proportion"])
    'Did you mean "proportion"?'
    >>> did_you_mean("xyz", ["mean", "proportion"])
    ''
    """
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word[:100].casefold(), list(by_folded), n=1)
    return f'Did you mean "{by_folded[near[0]]}"?' if near else ""
