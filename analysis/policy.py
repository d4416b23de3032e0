"""The rules for letting figures out, and a count of people as it may be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from analysis.about import StudyFacts

Rounding = Literal["none", "midpoint-10"]
Form = Literal["exact", "rounded", "small", "masked"]

TEN = 10  # what a midpoint stands for: 1 to 10, 11 to 20 and so on
WELLNESS = "moderator-wellness"


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for letting figures out. Counts of people from 1 to `threshold` - 1 are masked; 0 masks nothing.

    `public` adds what holds for everybody's eyes: whole outcomes withheld, figures cut to few digits, the audit.
    `rounding` "midpoint-10" shows each count of people as the middle of its ten. `consents` are the companies that
    agreed in writing to be recognisable in pooled figures. `change_group` is the smallest group of which a change
    of scores is shown.
    """

    name: str
    threshold: int = 10
    public: bool = False
    rounding: Rounding = "none"
    consents: tuple[str, ...] = ()
    change_group: int = 10

    @property
    def rounds(self) -> bool:
        """Whether counts are shown as the middle of their ten."""
        return self.rounding == "midpoint-10" and self.threshold > 0

    def small(self, count: int) -> bool:
        """Whether a count of people is too small to be shown by itself.

        >>> INTERNAL.small(9), INTERNAL.small(10), replace(PUBLIC, rounding="midpoint-10").small(10)
        (True, False, True)
        """
        return 0 < count < self.threshold + self.rounds


INTERNAL = Policy("internal")
PUBLIC = Policy("public", public=True)
UNMASKED = Policy(
    "unmasked", threshold=0
)  # for the holder of the data: the result document on their own terminal
POLICIES: dict[str, Policy] = {policy.name: policy for policy in (INTERNAL, PUBLIC)}

Role = Literal["researcher", "steward", "programme-manager", "presenter"]
POLICY_OF: dict[Role, Policy] = {
    "researcher": INTERNAL,
    "steward": INTERNAL,
    "programme-manager": PUBLIC,
    "presenter": PUBLIC,
}


def policy_for(study: StudyFacts, name: str) -> Policy:
    """The named policy as a study declares it. Raises KeyError for another name.

    Where a study does not say how counts are rounded, those of a study of moderators' wellness are.
    """
    policy = POLICIES[name]
    if not policy.public:
        return policy
    wellness = study.topic == WELLNESS
    rounding: Rounding = study.rounding or ("midpoint-10" if wellness else "none")
    return replace(
        policy,
        rounding=rounding,
        consents=study.consents,
        change_group=20 if wellness else policy.change_group,
    )


@dataclass(frozen=True, slots=True)
class Count:
    """A count of people as it may be shown: `value` is None where it is masked, and `form` says how to read it.

    `exact`: it is `value`. `rounded`: it lies within five of `value`, the middle of its ten. `small`: it is 1 to 9.
    `masked`: nothing is said of it. `text` is English.

    >>> Count.shown(7, INTERNAL).text, Count.shown(1234, INTERNAL).text, Count.shown(0, INTERNAL).value
    ('<10', '1,234', 0)
    >>> rounded = replace(PUBLIC, rounding="midpoint-10")
    >>> [Count.shown(count, rounded).text for count in (0, 1, 10, 11, 1240)]
    ['0', 'about 5', 'about 5', 'about 15', 'about 1,235']
    """

    value: int | None
    text: str
    form: Form = "exact"

    @classmethod
    def shown(cls, count: int, policy: Policy) -> Count:
        """What `policy` lets be seen of `count`."""
        if policy.rounds and count:
            middle = -(-count // TEN) * TEN - TEN // 2
            return cls(middle, f"about {middle:,}", "rounded")
        if policy.small(count):
            return cls(None, f"<{policy.threshold}", "small")
        return cls(count, f"{count:,}")

    @classmethod
    def masked(cls) -> Count:
        """A count of which nothing is said."""
        return cls(None, "masked", "masked")

    @property
    def bounds(self) -> tuple[int, int | None]:
        """The least and the largest number that a reader knows it to be; None where there is no largest.

        >>> Count.masked().bounds, Count.shown(7, INTERNAL).bounds, Count(15, "about 15", "rounded").bounds
        ((0, None), (1, 9), (11, 20))
        """
        if self.form == "masked":
            return 0, None
        if self.value is None:
            return 1, int(self.text.removeprefix("<")) - 1
        return (self.value - 4, self.value + 5) if self.form == "rounded" else (self.value, self.value)
