"""The door of the server: who may ask under which name, what a page is before it is drawn, and who gets files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from dashboard.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
ELSEWHERE = "This server does not answer under that name."
NOT_LOGGED_IN = "Log in to get this file."
TITLE = re.compile(r"<title>.*?</title>")
LANGUAGE = re.compile(r'(<html[^>]*) lang="[a-z-]*"')
WANTED = "watchkeeper_wanted"  # the cookie that holds the address for which somebody logs in
MINUTES = 10  # to log in
LONGEST = 2000  # characters of an address that is kept meanwhile


def host_names(text: str) -> frozenset[str]:
    """The names in a setting; whatever is no name of a host is left out, so that a slip never opens more.

    >>> sorted(host_names("Watch.example.org * https://other.example"))
    ['watch.example.org']
    """
    return frozenset(word for word in text.lower().split() if NAME.fullmatch(word))


def host_of(header: str) -> str:
    """The name in a Host header, in small letters; empty where it is none.

    >>> host_of("LOCALHOST:8501"), host_of("[::1]:8501"), host_of("a@evil.example")
    ('localhost', '::1', '')
    """
    try:
        parts = urlsplit(f"//{header}")
        named = parts.hostname or ""
        odd = (
            parts.username is not None or parts.path or parts.query or parts.fragment or (parts.port or 1) < 1
        )
    except ValueError:
        return ""
    return "" if odd else named.rstrip(".")


class Hosts:
    """Turns away whoever asks under another name than this server's, or from a page of another site."""

    def __init__(self, app: ASGIApp, *, names: frozenset[str]) -> None:
        """`names` are answered to beside those of this machine itself."""
        self.app, self.names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers, socket = Headers(scope=scope), scope["type"] != "http"
        if self._may_come(headers, socket=socket):
            await self.app(_as_asked(scope, headers) if socket else scope, receive, send)
        elif socket:
            await send({"type": "websocket.close", "code": 1008, "reason": ELSEWHERE})
        else:
            await PlainTextResponse(ELSEWHERE, status_code=421)(scope, receive, send)

    def _may_come(self, headers: Headers, *, socket: bool) -> bool:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_of(hosts[0]) not in self.names | LOOPBACK:
            return False
        origin = headers.get("origin")
        if not socket or origin is None:
            return True
        asking = urlsplit(origin).netloc.lower()
        return asking == hosts[0].lower() or host_of(asking) in self.names


def _as_asked(scope: Scope, headers: Headers) -> Scope:
    """A socket that may come in, under the very name and port of the page that opens it.

    Streamlit refuses a socket whose origin is not its host to the letter (behind a proxy that passes on the name
    alone, at another port than the usual one), and looks up this machine's address on the internet before it does.
    """
    origin = headers.get("origin")
    if origin is None:
        return scope
    named = {**scope, "headers": list(scope["headers"])}
    MutableHeaders(scope=named)["host"] = urlsplit(origin).netloc
    return named


@dataclass(frozen=True, slots=True)
class Site:
    """The pages as addresses: Streamlit's own `document`, the names of all `pages`, the `first` among them.

    `base` is the path before them, "" or such as "/pilots". `knows` says whether cookies are those of somebody
    who logged in; None where no login is set up.
    """

    document: str
    pages: tuple[str, ...]
    first: str
    base: str = ""
    knows: Callable[[Mapping[str, str]], bool] | None = None

    def page(self, path: str) -> str | None:
        """The page that a path names, "" for the bare address; None for anything else."""
        if not path.startswith(self.base):
            return None
        name = path[len(self.base) :]
        return name.removeprefix("/") if name in ("", "/", *(f"/{page}" for page in self.pages)) else None

    def written(self, spoken: str) -> str:
        """The document with our title, in the language that the address asks for."""
        language = spoken if spoken in LANGUAGES else "en"
        titled = TITLE.sub("<title>watchkeeper</title>", self.document, count=1)
        return LANGUAGE.sub(rf'\1 lang="{escape(language)}"', titled, count=1)


class Pages:
    """Answers for the documents of pages, leads back after a login, and gives files to who is logged in alone."""

    def __init__(self, app: ASGIApp, *, site: Site) -> None:
        """`site` is what the pages are as addresses."""
        self.app, self.site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self._answer(HTTPConnection(scope), scope["method"])
        if answer is not None:
            await answer(scope, receive, send)
        elif self.site.knows and scope["path"] == f"{self.site.base}/oauth2callback":
            await self.app(scope, receive, self._leading_back(HTTPConnection(scope), send))
        else:
            await self.app(scope, receive, send)

    def _answer(self, asked: HTTPConnection, method: str) -> Response | None:
        path, knows = asked.url.path, self.site.knows
        known = knows is None or knows(asked.cookies)
        if f"{self.site.base}/media/" in path and not known:
            return PlainTextResponse(NOT_LOGGED_IN, status_code=403)
        page = self.site.page(path) if method in ("GET", "HEAD") else None
        if page is None:
            return None
        query = f"?{asked.url.query}" if asked.url.query else ""
        if page == self.site.first:
            return RedirectResponse(f"{self.site.base}/{query}", status_code=307)
        spoken = parse_qs(asked.url.query).get("lang", ["en"])[-1]
        document = HTMLResponse(self.site.written(spoken), headers={"cache-control": "no-cache"})
        if not known and len(wanted := f"{self.site.base}/{page}{query}") <= LONGEST:
            document.set_cookie(WANTED, wanted, max_age=MINUTES * 60, httponly=True, samesite="lax")
        return document

    def _leading_back(self, asked: HTTPConnection, send: Send) -> Send:
        """What a login answers, leading to the page that was wanted instead of the first one."""
        wanted = asked.cookies.get(WANTED, "").strip('"')
        parts = urlsplit(wanted)
        elsewhere = parts.scheme or parts.netloc or self.site.page(parts.path) is None

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start" and wanted and not elsewhere:
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("location") == f"{self.site.base}/":
                    headers["location"] = wanted
                headers.append("set-cookie", f"{WANTED}=; Max-Age=0; Path=/; HttpOnly; SameSite=lax")
            await send(message)

        return answered
