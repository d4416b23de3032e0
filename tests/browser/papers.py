"""Pictures of each slide of the decks and of each page of the reports, as LibreOffice and Poppler draw them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STUDIES = ("honeypot-warnings-2022", "moderator-rollout-sim", "warning-chatbot-sim")
LANGUAGES = ("en", "fr")
KINDS = ("deck", "report", "annual")
SUFFIX = {"deck": "pptx", "report": "pdf", "annual": "pdf"}


def papers(
    folder: Path,
    places: Mapping[str, str],
    *,
    studies: Sequence[str] = STUDIES,
    languages: Sequence[str] = LANGUAGES,
    kinds: Sequence[str] = KINDS,
) -> list[Path]:
    """Make the files with the user's own commands; returns the pictures, in the order of their pages."""
    made: list[Path] = []
    for kind in kinds:
        for study in ("",) if kind == "annual" else studies:
            for language in languages:
                name = "-".join(part for part in (kind, study, language) if part)
                file = folder / f"{name}.{SUFFIX[kind]}"
                asked = [kind, *([study] if study else []), "--out", str(file), "--language", language]
                subprocess.run([sys.executable, "-m", "dashboard.cli", *asked], env=dict(places), check=True)
                made += pictures(file)
    return made


def pictures(file: Path) -> list[Path]:
    """A picture of each page of a deck or a PDF, beside it."""
    if file.suffix == ".pptx":
        office = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
        subprocess.run(office, check=True, capture_output=True)
        file = file.with_suffix(".pdf")
    subprocess.run(["pdftoppm", "-r", "80", "-png", str(file), str(file.with_suffix(""))], check=True)
    return sorted(file.parent.glob(f"{file.stem}-*.png"))
