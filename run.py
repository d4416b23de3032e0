"""Two commands from a fresh clone: `python3 run.py demo` and `python3 run.py test`.

Standard library only. Sets up `.venv` from the hashed lock (once, and again whenever the lock changes),
then hands every further word on to what was asked for.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
USAGE = """usage: python3 run.py demo [--no-browser] [--port N]   load the pilots, open the dashboard
       python3 run.py test [words for pytest]          run every test this machine can run
"""


def main(words: list[str]) -> int:
    """Set up what is missing, then run the demo or the tests; returns their exit code."""
    if sys.version_info < OLDEST:
        print(
            f"Python {sys.version.split()[0]} runs this file; watchkeeper needs 3.11 or newer.",
            file=sys.stderr,
        )
        return 1
    if not words or words[0] not in ("demo", "test"):
        print(USAGE, file=sys.stderr)
        return 2
    task, *rest = words
    try:
        prepare(lock=ROOT / "lock" / f"{task}.txt")
    except subprocess.CalledProcessError as failure:
        print(f"Setting up {ENVIRONMENT.name} failed: {' '.join(map(str, failure.cmd))}", file=sys.stderr)
        print("The lines above say why. Most often: no network, or no space on the disk.", file=sys.stderr)
        return 1
    command = ["-m", "dashboard.cli", "demo"] if task == "demo" else ["-m", "pytest"]
    try:
        return subprocess.run([PYTHON, *command, *rest], cwd=ROOT, env=environment()).returncode
    except KeyboardInterrupt:
        return 130


def prepare(*, lock: Path) -> None:
    """Make `.venv` hold at least what `lock` names; returns at once where it already does.

    The test lock is a superset of the demo lock (one resolution, checked by a test), so a `.venv` made for
    the tests also serves the demo.
    """
    wanted = fingerprint(lock)
    stamp = ENVIRONMENT / "watchkeeper-locks"
    done = stamp.read_text(encoding="utf-8").split() if stamp.exists() and PYTHON.exists() else []
    if wanted in done:
        return
    say(f"Setting up {ENVIRONMENT.name} from {lock.parent.name}/{lock.name} (once, about a minute) ...")
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
    stamp.unlink(missing_ok=True)
    install(lock)
    locks = [wanted] if lock.stem == "demo" else [wanted, fingerprint(lock.with_name("demo.txt"))]
    stamp.write_text("\n".join(locks), encoding="utf-8")


def install(lock: Path) -> None:
    """Install `lock` with uv, itself pinned by hash, or with pip where uv has no wheel for this machine."""
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    uv = BIN / ("uv.exe" if os.name == "nt" else "uv")
    fetched = subprocess.run([*pip, "--only-binary", ":all:", "-r", ROOT / "lock" / "uv.txt"]).returncode == 0
    fast = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        PYTHON,
        "--compile-bytecode",
        "--require-hashes",
        "-r",
        lock,
    ]
    if not (fetched and subprocess.run(fast).returncode == 0):
        say("uv could not do it here; installing with pip (a little slower) ...")
        subprocess.run([*pip, "-r", lock], check=True)
    clone = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
    subprocess.run([*pip[:-1], *clone], check=True)  # gives .venv the `watchkeeper` command
    own = [ROOT / folder for folder in ("analysis", "experiments", "dashboard")]
    subprocess.run(
        [PYTHON, "-m", "compileall", "-q", *own], check=True
    )  # starts are quick even where none is written


def fingerprint(lock: Path) -> str:
    """SHA-256 of a lock file and of the Python version that runs it."""
    return hashlib.sha256(lock.read_bytes() + repr(sys.version_info[:3]).encode()).hexdigest()


def environment() -> dict[str, str]:
    """The caller's environment with the commands of `.venv` first on the path."""
    return {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")])}


def say(sentence: str) -> None:
    """One line of progress, on standard error."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
