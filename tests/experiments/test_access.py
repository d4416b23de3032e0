"""Who may see what: roles and companies from claims, and settings of a login that are wrong said in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from experiments.access import LOCAL, Access, Login, read_login
from experiments.faults import Fault
from tests.access import SECRET, login_file

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = Login(
    {}, "groups", {"r": "researcher", "s": "steward", "m": "programme-manager", "p": "presenter"}, "company"
)


def test_the_one_local_person_is_a_researcher_who_sees_every_company() -> None:
    assert LOCAL.role == "researcher"
    assert not LOCAL.steward
    assert LOCAL.sees("any")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["p", "m"]}, "programme-manager"),
        ({"groups": ["p", "s", "r"]}, "steward"),
        ({"groups": "r"}, "researcher"),
        ({"groups": ["staff", 3, None, {"s": 1}]}, None),
        ({"groups": {"s": "s"}}, None),
        ({"groups": None}, None),
        ({"roles": ["s"]}, None),
        ({}, None),
    ],
)
def test_of_several_roles_the_widest_counts_and_unknown_ones_are_none(claims: Any, role: str | None) -> None:
    found = LOGIN.access(claims)
    assert (found.role if found else None) == role


def test_a_claim_inside_another_is_found_by_its_dots_and_one_whose_name_has_dots_by_itself() -> None:
    inside = Login({}, "realm.roles", {"r": "researcher"})
    assert inside.access({"realm": {"roles": ["r"]}}) == Access("researcher")
    assert inside.access({"realm.roles": ["r"]}) == Access("researcher")
    assert inside.access({"realm": ["r"]}) is None


@pytest.mark.parametrize(
    ("claim", "seen"),
    [
        (["platform-a"], {"platform-a"}),
        ("platform-b", {"platform-b"}),
        (["*"], {"platform-a", "platform-b"}),
        (None, set()),
        ([], set()),
    ],
)
def test_companies_are_those_of_their_claim_and_none_without_it(claim: object, seen: set[str]) -> None:
    found = LOGIN.access({"groups": ["p"], "company": claim})
    assert found is not None
    assert {company for company in ("platform-a", "platform-b") if found.sees(company)} == seen


@pytest.mark.parametrize("issued", [None, "yesterday", True, 0, 1_000_000 - 12 * 3600 - 1, 1_000_000 + 61])
def test_a_login_that_is_old_comes_from_ahead_or_has_no_time_is_over(issued: object) -> None:
    assert LOGIN.is_over({"iat": issued}, now=1_000_000.0)
    assert not LOGIN.is_over({"iat": 1_000_000 - 3600}, now=1_000_000.0)


def test_settings_are_read_whole(tmp_path: Path) -> None:
    file = login_file(tmp_path / "login.toml", {"r": "researcher"}, more='company_claim = "org"\nhours = 2\n')
    login = read_login(file)
    assert (login.claim, login.roles, login.company_claim, login.hours) == (
        "groups", {"r": "researcher"}, "org", 2.0,
    )  # fmt: skip
    assert login.auth["cookie_secret"] == SECRET
    assert SECRET not in repr(login)


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        (SECRET, "short", "cookie_secret in login.toml is short"),
        ("/oauth2callback", "/back", "redirect_uri in login.toml ends otherwise"),
        ('client_id = "watchkeeper"', "", "does not say auth.client_id"),
        ('claim = "groups"', "", "does not say access.claim"),
        ('claim = "groups"', 'claim = "groups"\nhour = 3', "access.hour, which is unknown. Did you mean"),
        ('claim = "groups"', 'claim = "groups"\nhours = 0', "access.hours in login.toml cannot be"),
        ('"researcher"', '"boss"', "A role in [access.roles] of login.toml is unknown"),
        ('"r" = "researcher"', "", "has no [access.roles]"),
        ("[auth]", "[oauth]", "has no [auth]"),
        ("[auth]", "[auth", "is no TOML"),
    ],
)
def test_wrong_settings_are_said_without_a_secret(
    written: str, instead: str, says: str, tmp_path: Path
) -> None:
    file = login_file(tmp_path / "login.toml", {"r": "researcher"})
    file.write_text(file.read_text().replace(written, instead))
    with pytest.raises(Fault) as fault:
        read_login(file)
    assert says in str(fault.value)
    assert SECRET not in str(fault.value)


def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = login_file(tmp_path / "login.toml", {"r": "researcher"})
    file.chmod(0o644)
    with pytest.raises(Fault, match="chmod 600"):
        read_login(file)
    with pytest.raises(Fault, match="cannot be read"):
        read_login(tmp_path / "nowhere.toml")
