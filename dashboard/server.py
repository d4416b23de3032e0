"""The pages as a web application: Streamlit behind headers that let nothing in, and no traceback out."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware

from dashboard.door import Hosts, Pages, Site, host_names
from dashboard.elements import LANGUAGE_SCRIPTS
from dashboard.page import FIRST, pages
from dashboard.serving import HOSTS
from dashboard.warming import warming
from experiments.access import configured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from experiments.access import Login

EMBEDDED_IN = (
    "WATCHKEEPER_EMBEDDED_IN"  # origins that may show the pages in a frame, with spaces between them
)
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def content_policy(page: str, frames: Iterable[str] = ()) -> str:
    """The content security policy for `page`, Streamlit's own HTML: scripts, styles and connections of this server.

    Its inline scripts are named by their hash. Styles are allowed inline, because Streamlit writes them at run
    time. `frames` are the origins that may embed the pages; without any, nobody may.

    >>> content_policy("<script>a = 1</script>").split("; ")[1]
    "script-src 'self' 'sha256-tbwf/ZCRL7GL7259gJCRksemSSiWMgFW1n+68QTGVEo='"
    """
    scripts = "".join(f" 'sha256-{_hash(found)}'" for found in INLINE_SCRIPT.findall(page))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self'{scripts}",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {' '.join(frames) or chr(39) + 'none' + chr(39)}",
        )
    )


def embedding_origins(text: str) -> tuple[str, ...]:
    """The origins in a setting; whatever is no origin is left out, so that a slip never opens more.

    >>> embedding_origins("https://portal.example:8443 * javascript:alert")
    ('https://portal.example:8443',)
    """
    return tuple(word for word in text.split() if ORIGIN.fullmatch(word))


class SafeHeaders:
    """Puts the headers on every answer; what was downloaded is not kept by the browser or a proxy."""

    def __init__(self, app: ASGIApp, *, policy: str, framed: bool, encrypted: bool = False) -> None:
        """`policy` is the content security policy; `framed` says whether some other site may embed the pages.

        Where they are `encrypted`, asked for over HTTPS alone, so are cookies sent.
        """
        self.app, self.encrypted = app, encrypted
        self.headers = {**ALWAYS, "content-security-policy": policy}
        if not framed:
            self.headers["x-frame-options"] = "DENY"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = dict(self.headers)
        if "/media/" in scope["path"]:
            added["cache-control"] = "no-store"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.decode() not in added]
                if self.encrypted:
                    kept = [(n, _secured(v) if n == b"set-cookie" else v) for n, v in kept]
                message["headers"] = kept + [(n.encode(), v.encode()) for n, v in added.items()]
            await send(message)

        await self.app(scope, receive, guarded)


def say_sorry(error: Exception) -> bool:
    """What a page shows where the program itself fails: a sentence. The traceback goes to the server's log."""
    logging.getLogger("watchkeeper").error("a page failed", exc_info=error)
    st.error(
        "Something went wrong on this page. Reload it; if it fails again, tell whoever runs this server."
    )
    return True


def _secured(cookie: bytes) -> bytes:
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _known(cookies: Mapping[str, str]) -> bool:
    """Whether cookies are those of somebody who logged in: signed by this server."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value.encode("latin-1")) if value else None

    return get_cookie_with_chunks(signed, USER_COOKIE_NAME) is not None


def _middleware(login: Login | None) -> list[Middleware]:
    """What every request passes, from the outside in."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = "".join(f"<script>{script}</script>" for script in LANGUAGE_SCRIPTS.values())
    frames = embedding_origins(os.environ.get(EMBEDDED_IN, ""))
    base = st.get_option("server.baseUrlPath").strip("/")
    site = Site(
        document=page,
        pages=tuple(each.name for each in pages()),
        first=FIRST,
        base=f"/{base}" if base else "",
        knows=_known if login else None,
    )
    return [
        Middleware(
            SafeHeaders,
            policy=content_policy(page + scripts, frames),
            framed=bool(frames),
            encrypted=login is not None and urlsplit(str(login.auth["redirect_uri"])).scheme == "https",
        ),
        Middleware(Hosts, names=host_names(os.environ.get(HOSTS, ""))),
        Middleware(Pages, site=site),
    ]


login = configured()
app = st.App(  # found by its form: Streamlit looks for just this call in the file
    Path(__file__).with_name("app.py"),
    lifespan=warming,
    middleware=_middleware(login),
    secrets={"auth": dict(login.auth)} if login else None,
    on_script_error=say_sorry,
)
