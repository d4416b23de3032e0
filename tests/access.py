"""Settings of a login for tests: a file that only its owner may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRET = "0123456789abcdef" * 4


def login_file(
    path: Path,
    roles: Mapping[str, str],
    *,
    server: str = "http://localhost:1",
    pages: str = "http://localhost:2",
    more: str = "",
) -> Path:
    """Write the settings: `roles` by value of the claim `groups`; `more` are further lines of [access]."""
    named = "".join(f'"{value}" = "{role}"\n' for value, role in roles.items())
    path.write_text(
        f"""[auth]
redirect_uri = "{pages}/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "watchkeeper"
client_secret = "secret"
server_metadata_url = "{server}/.well-known/openid-configuration"

[access]
claim = "groups"
{more}
[access.roles]
{named}"""
    )
    path.chmod(0o600)
    return path
