"""The rules for letting figures out, and a count of people as it may be shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for letting figures out. Counts of people from 1 to `threshold` - 1 are masked."""

    name: str
    threshold: int = 10


INTERNAL = Policy("internal")
UNMASKED = Policy(
    "unmasked", threshold=0
)  # for the holder of the data: the result document on their own terminal
POLICIES: dict[str, Policy] = {INTERNAL.name: INTERNAL}


@dataclass(frozen=True, slots=True)
class Count:
    """A count of people as it may be shown: `value` is None where it is masked.

    >>> Count.shown(7, INTERNAL).text, Count.shown(1234, INTERNAL).text, Count.shown(0, INTERNAL).value
    ('<10', '1,234', 0)
    """

    value: int | None
    text: str

    @classmethod
    def shown(cls, count: int, policy: Policy) -> Count:
        """What `policy` lets be seen of `count`."""
        if 0 < count < policy.threshold:
            return cls(None, f"<{policy.threshold}")
        return cls(count, f"{count:,}")
