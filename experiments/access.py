"""Who may see what: a person's role and companies, read from the claims of a login, or the one local researcher."""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from analysis.policy import POLICY_OF, Policy, Role
from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN = "WATCHKEEPER_LOGIN"  # names the file with the settings of the login
ROLES: tuple[Role, ...] = get_args(Role)
MOST_FIRST: tuple[Role, ...] = ("steward", "researcher", "programme-manager", "presenter")
EVERY_COMPANY = "*"  # in the claim that names companies
HOURS = 12.0  # that a login counts, where the settings do not say
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32  # characters
PLACES = frozenset({"claim", "roles", "company_claim", "hours"})


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may see. `companies` are those whose pilots are seen; None for all of them."""

    role: Role
    companies: frozenset[str] | None = None

    @property
    def policy(self) -> Policy:
        """By which rules figures are let out to this person."""
        return POLICY_OF[self.role]

    @property
    def steward(self) -> bool:
        """Whether figures by arm are seen before a planned look."""
        return self.role == "steward"

    def sees(self, company: str) -> bool:
        """Whether the pilots of a company are seen.

        >>> Access("presenter", frozenset({"platform-a"})).sees("platform-b"), LOCAL.sees("platform-b")
        (False, True)
        """
        return self.companies is None or company in self.companies


LOCAL = Access("researcher")  # the one person there is where no login is set up


@dataclass(frozen=True, slots=True)
class Login:
    """How people log in, and what their claims mean.

    `auth` is handed to the login as it is: its provider and secrets. `claim` names the claim (with dots for one
    inside another) whose values are keys of `roles`; `company_claim`, where it is given, the one that names the
    companies whose pilots a person sees. A login counts for `hours`.
    """

    auth: Mapping[str, Any] = field(repr=False)
    claim: str
    roles: Mapping[str, Role]
    company_claim: str = ""
    hours: float = HOURS

    def access(self, claims: Mapping[str, Any]) -> Access | None:
        """What the claims of a person allow; None where they hold no role. Of several roles the widest counts.

        >>> login = Login({}, "groups", {"wk-present": "presenter", "wk-steer": "steward"})
        >>> login.access({"groups": ["staff", "wk-present"]}), login.access({"groups": ["staff"]})
        (Access(role='presenter', companies=None), None)
        """
        held = {self.roles[value] for value in _values(claims, self.claim) if value in self.roles}
        role = next((role for role in MOST_FIRST if role in held), None)
        if role is None:
            return None
        companies = frozenset(_values(claims, self.company_claim)) if self.company_claim else None
        if companies is not None and EVERY_COMPANY in companies:
            companies = None
        return Access(role, companies)

    def is_over(self, claims: Mapping[str, Any], *, now: float) -> bool:
        """Whether a login was too long ago at `now` (seconds since 1970), or does not say when it was.

        >>> login = Login({}, "groups", {}, hours=1)
        >>> login.is_over({"iat": 1000}, now=1000 + 3599), login.is_over({"iat": 1000}, now=1000 + 3601)
        (False, True)
        """
        issued = claims.get("iat")
        if isinstance(issued, bool) or not isinstance(issued, int | float):
            return True
        return not -60 <= now - issued <= self.hours * 3600


@cache
def configured() -> Login | None:
    """The login that this process is set up with; None without one. Raises Fault as `read_login` does."""
    named = os.environ.get(LOGIN)
    return read_login(Path(named)) if named else None


def read_login(path: Path) -> Login:
    """The settings of a login, a TOML file with [auth], [access] and [access.roles].

    Raises Fault where it cannot be read, where others of the machine may read its secrets, or where something is
    missing or unknown. No message holds a secret.
    """
    document = _document(path)
    auth, access = _table(document, "auth", path), _table(document, "access", path)
    for name in NEEDED:
        if not (isinstance(auth.get(name), str) and auth[name]):
            raise Fault(
                f"{path.name} does not say auth.{name}.", expected=f"text at each of {', '.join(NEEDED)}"
            )
    if len(auth["cookie_secret"]) < SHORTEST_SECRET:
        raise Fault(
            f"auth.cookie_secret in {path.name} is short.",
            expected=f"{SHORTEST_SECRET} random characters or more",
        )
    if not auth["redirect_uri"].endswith("/oauth2callback"):
        raise Fault(
            f"auth.redirect_uri in {path.name} ends otherwise.", expected="…/oauth2callback at its end"
        )
    return Login(auth, **_meaning(access, path))


def _meaning(access: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What [access] says, checked."""
    for name in access:
        if name not in PLACES:
            known = did_you_mean(name, PLACES)
            raise Fault(f"{path.name} says access.{name}, which is unknown.", do=known)
    claim, roles, company = access.get("claim"), access.get("roles"), access.get("company_claim", "")
    hours = access.get("hours", HOURS)
    if not (isinstance(claim, str) and claim and isinstance(company, str)):
        raise Fault(
            f"{path.name} does not say access.claim.", expected="the name of the claim that holds roles"
        )
    if not isinstance(roles, dict) or not roles:
        raise Fault(
            f"{path.name} has no [access.roles].", expected='lines such as "wk-research" = "researcher"'
        )
    for role in roles.values():
        if role not in ROLES:
            raise Fault(
                f"A role in [access.roles] of {path.name} is unknown.", expected=f"one of {', '.join(ROLES)}"
            )
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 7:
        raise Fault(f"access.hours in {path.name} cannot be.", expected="hours above 0, at most a week")
    return {"claim": claim, "roles": roles, "company_claim": company, "hours": float(hours)}


def _document(path: Path) -> dict[str, Any]:
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Fault(f"The settings of the login, {path}, cannot be read.", expected="a TOML file") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise Fault(f"Others of this machine may open {path}, which holds secrets.", do=f"chmod 600 {path}")
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        raise Fault(f"{path} is no TOML.", expected="[auth], [access] and [access.roles]") from None


def _table(document: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = document.get(name)
    if not isinstance(found, dict):
        raise Fault(f"{path.name} has no [{name}].", expected="[auth], [access] and [access.roles]")
    return found


def _values(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts that a claim holds, one or a list of them; a name that is no claim leads inside one by its dots."""
    if name in claims:
        found: Any = claims[name]
    else:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return (found,)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list | tuple) else ()
