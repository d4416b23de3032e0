"""Every page for every role in every language: what each may see, and that nobody sees more by asking otherwise."""

from __future__ import annotations

import time
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.policy import INTERNAL, PUBLIC
from dashboard.language import LANGUAGES, say, speaking
from dashboard.page import pages
from dashboard.session import open_session
from dashboard.visitor import ROLE_WORDS
from dashboard.words.figures import SPACE
from experiments.access import ROLES, Access, configured
from tests.access import login_file
from tests.dashboard.test_pages import HONEYPOT, show, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLUR = "moderator-blur-sim"
ROLES_BY_CLAIM = {f"wk-{role}": role for role in ROLES}


QUESTIONS = {"study": "In short", "quality": "What was checked"}  # what stands there once a pilot is read


def say_in(spoken: str, text: str) -> str:
    """A text of the pages in a language."""
    with speaking(spoken):
        return say(text)


@pytest.fixture(autouse=True)
def _keys(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the demo's store, which what is for everybody is noted with."""
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(demo_store.parent / "keys"))


@pytest.fixture
def login(tmp_path: Path, demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server with a login, on the demo's store."""
    settings = login_file(tmp_path / "login.toml", ROLES_BY_CLAIM, more='company_claim = "companies"')
    monkeypatch.setenv("WATCHKEEPER_LOGIN", str(settings))
    monkeypatch.setenv("WATCHKEEPER_STORE", str(demo_store))
    configured.cache_clear()
    yield
    configured.cache_clear()


def opened(page: str, study: str | None = None, spoken: str = "en", **claims: Any) -> AppTest:
    """A page as somebody with these claims opens it; nobody is logged in without any."""
    app = AppTest.from_function(show, args=(page,), default_timeout=60)
    app.query_params["lang"] = spoken
    if study:
        app.query_params["study"] = study
    now = {"iat": time.time(), "companies": ["*"], **claims}
    app.user = {"is_logged_in": True, **now} if claims else {"is_logged_in": False}
    return app.run()


def written(app: AppTest) -> str:
    """All that a page sends, with what stands in its markup alone."""
    return f"{text(app)} {' '.join(unescape(element.proto.body) for element in app.get('html'))}"


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("page", [page.name for page in pages()])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_page_draws_for_every_role_in_every_language(page: str, role: str, spoken: str) -> None:
    app = opened(page, BLUR, spoken, groups=["staff", f"wk-{role}"])
    assert not app.exception
    with speaking(spoken):
        logged_in_as = say("You are logged in as: {role}", role=say(ROLE_WORDS[role])).replace(SPACE, " ")
    assert logged_in_as in text(app)
    assert len(text(app)) > 400
    if page in ("study", "quality"):
        assert say_in(spoken, QUESTIONS[page]) in text(app)
        assert say_in(spoken, "Cannot be read") not in text(app)


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("page", [page.name for page in pages()])
@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({}, "Log in to see the pilots."),
        ({"groups": ["wk-researcher"], "iat": 1_000}, "Your login is over. Log in again."),
        ({"groups": ["wk-researcher"], "iat": None}, "Your login is over. Log in again."),
        ({"groups": ["staff"]}, "no role was given to you here"),
        ({"groups": "wk-researcher wk-steward"}, "no role was given to you here"),
    ],
)
def test_who_is_not_known_sees_a_sentence_and_nothing_of_any_pilot(
    page: str, claims: dict[str, Any], says: str
) -> None:
    app = opened(page, HONEYPOT, **claims)
    assert not app.exception
    assert says in written(app)
    assert "honeypot" not in written(app).lower()
    assert [button.label for button in app.button][-1] == "Log in"


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("page", [page.name for page in pages() if page.name != "methods"])
def test_who_has_one_company_sees_no_trace_of_another(page: str) -> None:
    app = opened(page, HONEYPOT, groups=["wk-researcher"], companies=["platform-without-pilots"])
    assert not app.exception
    assert "honeypot" not in written(app).lower()
    assert app.sidebar.selectbox[0].options == []


@pytest.mark.parametrize(
    ("role", "policy"),
    [("researcher", INTERNAL), ("steward", INTERNAL), ("programme-manager", PUBLIC), ("presenter", PUBLIC)],
)
def test_the_role_decides_the_rules_where_the_data_are_read(role: Any, policy: Any, demo_store: Path) -> None:
    for study in (BLUR, HONEYPOT):
        release = open_session(demo_store, chosen=None, access=Access(role)).pilot(study).release
        assert release is not None
        assert release.policy.name == policy.name
        assert release.policy.public is policy.public


def test_a_session_gives_no_pilot_of_another_company_under_any_question(demo_store: Path) -> None:
    everything = open_session(demo_store, chosen=None)
    company = next(pilot.facts.company for pilot in everything.pilots() if pilot.facts)
    own = open_session(demo_store, chosen=None, access=Access("researcher", frozenset({company})))
    assert {pilot.facts.company for pilot in own.pilots() if pilot.facts} == {company}
    foreign = set(everything.ids()) - set(own.ids())
    assert foreign
    for study in (*foreign, "no-such-pilot"):
        pilot = own.pilot(study)
        assert (pilot.state, pilot.facts, pilot.release) == ("broken", None, None)
        assert pilot.fault == "No pilot of that name is here."
        assert own.analysed(pilot) == pilot
