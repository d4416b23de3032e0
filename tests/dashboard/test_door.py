"""The door: foreign names and sites are turned away, pages have their title and language, files need a login."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from dashboard.door import Hosts, Pages, Site, host_names, host_of
from dashboard.server import SafeHeaders, app, content_policy, embedding_origins

if TYPE_CHECKING:
    from starlette.requests import Request

DOCUMENT = '<html lang="en"><head><title>Other</title></head></html>'
BACK = "/oauth2callback"


class Asking:
    """Somebody who asks an application, and keeps its cookies."""

    def __init__(self, asked: Starlette) -> None:
        self.cookies: dict[str, str] = {}
        self._transport = httpx.ASGITransport(app=asked)

    def get(self, path: str, headers: list[tuple[str, str]] | None = None) -> httpx.Response:
        """The answer, as it comes."""
        return asyncio.run(self._get(path, headers or []))

    async def _get(self, path: str, headers: list[tuple[str, str]]) -> httpx.Response:
        cookie = "; ".join(f'{name}="{value}"' for name, value in self.cookies.items())
        told = [*headers, *([("cookie", cookie)] if cookie else [])]
        async with httpx.AsyncClient(transport=self._transport, base_url="http://localhost") as client:
            answer = await client.get(path, headers=told)
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition("=")
            self.cookies.pop(name, None)
            if "max-age=0" not in value.lower():
                self.cookies[name] = value.split(";")[0].strip('"')
        return answer


def client(*, base: str = "", login: bool = False, known: bool = False, encrypted: bool = False) -> Asking:
    """A site with one download, a login that leads to the first page, and the door before it."""

    def back(_: Request) -> RedirectResponse:
        return RedirectResponse(f"{base}/", status_code=302)

    def file(_: Request) -> PlainTextResponse:
        return PlainTextResponse("inside")

    site = Site(DOCUMENT, ("overview", "study"), "overview", base, (lambda _: known) if login else None)
    door = [
        Middleware(SafeHeaders, policy=content_policy(DOCUMENT), framed=False, encrypted=encrypted),
        Middleware(Hosts, names=frozenset({"watch.example"})),
        Middleware(Pages, site=site),
    ]
    routes = [Route(f"{base}{BACK}", back), Route(f"{base}/media/one.csv", file), Route("/{rest:path}", file)]
    return Asking(Starlette(routes=routes, middleware=door))


FOREIGN = (
    *("evil.example", "evil.example:8501", "localhost.evil.example", "user@localhost", "localhost/x"),
    *("", "[", "a b"),
)
OWN = ("localhost", "LOCALHOST:99", "127.0.0.1:8501", "[::1]:8501", "watch.example", "watch.example.")
ELSEWHERE = ("https://evil.example/", "//evil.example/study", "/elsewhere", "javascript:1", "/study\\@evil")


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/study", "/media/one.csv", "/_stcore/health", "/static/x.js"])
def test_a_foreign_name_is_refused_for_every_address(host: str, path: str) -> None:
    answer = client().get(path, headers=[("host", host)])
    assert answer.status_code == 421
    assert answer.text == "This server does not answer under that name."
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", OWN)
def test_this_machine_and_the_names_that_were_told_are_answered(host: str) -> None:
    assert client().get("/", headers=[("host", host)]).status_code == 200


def socket(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers with which a web socket that has these reaches the application; none if it does not."""
    reached: list[tuple[bytes, bytes]] = []

    async def inside(scope: Any, *_: Any) -> None:
        reached.extend(scope["headers"])

    async def ignore(_: Any) -> None:
        return None

    async def nothing() -> dict[str, str]:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(Hosts(inside, names=frozenset({"watch.example"}))(scope, nothing, ignore))
    return reached


@pytest.mark.parametrize(
    ("host", "origin", "comes_in"),
    [
        ("localhost:8501", "http://localhost:8501", True),
        ("localhost:8501", None, True),
        ("watch.example", "https://watch.example", True),
        ("127.0.0.1:8501", "https://watch.example", True),
        ("localhost:8501", "http://localhost:9999", False),
        ("localhost:8501", "http://127.0.0.1:8501", False),
        ("localhost:8501", "https://evil.example", False),
        ("localhost:8501", "null", False),
        ("evil.example", "http://evil.example", False),
    ],
)
def test_a_page_of_another_site_opens_no_socket(host: str, origin: str | None, comes_in: bool) -> None:
    assert bool(socket({"host": host, **({"origin": origin} if origin else {})})) is comes_in


@pytest.mark.parametrize("host", ["watch.example", "WATCH.example:8443", "127.0.0.1:8501"])
def test_a_socket_that_may_come_in_does_so_under_the_name_and_port_of_its_page(host: str) -> None:
    inside = socket({"host": host, "origin": "https://watch.example:8443", "cookie": "a=1"})
    assert sorted(inside) == [
        (b"cookie", b"a=1"),
        (b"host", b"watch.example:8443"),
        (b"origin", b"https://watch.example:8443"),
    ]


def test_two_hosts_in_one_request_are_refused() -> None:
    answer = client().get("/", headers=[("host", "localhost"), ("host", "evil.example")])
    assert answer.status_code == 421


def test_a_page_has_our_title_and_its_language_before_it_is_drawn() -> None:
    answer = client().get("/study?study=a&lang=fr")
    assert '<html lang="fr">' in answer.text
    assert "<title>watchkeeper</title>" in answer.text
    assert '<html lang="en">' in client().get('/study?lang="><script>').text


@pytest.mark.parametrize("base", ["", "/pilots"])
def test_the_first_page_by_its_name_leads_to_the_bare_address(base: str) -> None:
    answer = client(base=base).get(f"{base}/overview?lang=fr")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{base}/?lang=fr")


@pytest.mark.parametrize("path", ["/media/one.csv", "/pilots/media/one.csv"])
def test_files_are_given_to_who_is_logged_in_alone_and_kept_by_nobody(path: str) -> None:
    base = path.removesuffix("/media/one.csv")
    assert client(base=base, login=True).get(path).status_code == 403
    for allowed in (client(base=base), client(base=base, login=True, known=True)):
        answer = allowed.get(path)
        assert answer.text == "inside"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("base", ["", "/pilots"])
def test_a_login_leads_back_to_the_address_that_was_wanted(base: str) -> None:
    asking = client(base=base, login=True)
    asking.get(f"{base}/study?study=one&lang=fr")
    answer = asking.get(f"{base}{BACK}?code=1")
    assert answer.headers["location"] == f"{base}/study?study=one&lang=fr"
    assert asking.get(f"{base}{BACK}?code=1").headers["location"] == f"{base}/"


@pytest.mark.parametrize("encrypted", [True, False])
def test_cookies_of_pages_over_https_travel_encrypted_alone(encrypted: bool) -> None:
    answer = client(login=True, encrypted=encrypted).get("/study?study=one")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.endswith("; Secure") is encrypted


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_a_login_leads_nowhere_else(wanted: str) -> None:
    asking = client(login=True)
    asking.cookies["watchkeeper_wanted"] = wanted
    assert asking.get(f"{BACK}?code=1").headers["location"] == "/"


def test_settings_of_names_and_frames_leave_out_whatever_is_none() -> None:
    assert host_names("a.example *.example http://b.example c.example:80 -x") == {"a.example"}
    assert embedding_origins("https://a.example http://b.example:8080 * 'self' data: https://c.example/x") == (
        "https://a.example", "http://b.example:8080",
    )  # fmt: skip
    assert host_of("a.example:99999") == ""


def test_the_pages_are_served_behind_the_door_from_the_outside_in() -> None:
    """Streamlit finds the application by its form in the file; another form would drop all of it in silence."""
    from pathlib import Path

    from streamlit.web.server.app_discovery import discover_asgi_app

    import dashboard.server

    found = discover_asgi_app(Path(dashboard.server.__file__))
    assert found.is_asgi_app
    assert [layer.cls for layer in app._user_middleware] == [SafeHeaders, Hosts, Pages]
