"""nginx on this machine with the block of SERVING.md, over HTTPS, as an organisation puts it before the pages."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.served import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "watch.localhost"  # every browser takes names under localhost for this machine
GUIDE = Path(__file__).parents[2] / "dashboard" / "SERVING.md"
BLOCK = re.compile(r"```nginx\n(location /pilots/ .*?proxy_pass http://127.0.0.1:8501;.*?)```", re.DOTALL)
TEMPORARY = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")


@contextmanager
def nginx(folder: Path, at: int, *, pages: int, location: str) -> Iterator[None]:
    """Listens at port `at`, and passes on what lies under `location` to the `pages` at their port.

    Its files are in `folder` alone.
    """
    certificate(folder)
    (folder / "nginx.conf").write_text(configuration(folder, at, documented(pages, location)))
    server = subprocess.Popen(
        [installed() or "nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    )
    try:
        wait_for(at)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def installed() -> str | None:
    """The path of nginx, also where only administrators have its folder on theirs; None where it is not there."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def documented(port: int, location: str) -> str:
    """The block that SERVING.md shows, with the port and the location of a test. Raises ValueError without one."""
    found = BLOCK.search(GUIDE.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("SERVING.md shows no block for nginx")
    return found[1].replace("location /pilots/", f"location {location}").replace(":8501", f":{port}")


def configuration(folder: Path, at: int, block: str) -> str:
    """A whole configuration around the block: in the foreground, over HTTPS, with every file in `folder`."""
    kept = "".join(f"{name}_temp_path {folder}/{name};\n" for name in TEMPORARY)
    return f"""daemon off;
user {getuser()};
pid {folder}/nginx.pid;
events {{}}
http {{
access_log off;
{kept}server {{
listen 127.0.0.1:{at} ssl;
server_name {NAME};
ssl_certificate {folder}/certificate.pem;
ssl_certificate_key {folder}/key.pem;
{block}}}
}}
"""


def certificate(folder: Path) -> None:
    """A key and a certificate for the name, signed by itself and good for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    shape = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, shape, plain))
