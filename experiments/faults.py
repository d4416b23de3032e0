"""Faults of the input or the state: one clear sentence for the user, and an exit code, never a traceback."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - what the user did, not a defect of the program
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
