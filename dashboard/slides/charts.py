"""Pictures as slides of their own, or in a deck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.language import say
from dashboard.slides.layouts import CONTENT
from dashboard.slides.pages import Slides
from dashboard.slides.sheet import put

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.scene import Imprint, Scene
    from dashboard.slides.brand import Brand


def scene_file(scenes: Iterable[Scene], imprint: Imprint, brand: Brand) -> bytes:
    """The pictures as a presentation of their own, in the language spoken."""
    scenes = tuple(scenes)
    slides = Slides(replace(imprint, title=scenes[0].title), brand)
    for scene in scenes:
        scene_slide(slides, scene)
    return slides.saved()


def scene_slide(slides: Slides, scene: Scene, *, notes: Sequence[str] = (), before: str = "") -> None:
    """Add a picture to a presentation; `before` stands before its subtitle."""
    slide = slides.add(
        "Picture",
        title=scene.title,
        subtitle=". ".join(part for part in (before, scene.subtitle) if part),
        notes=notes or [say("Exact figures:"), scene.description],
    )
    put(slide, scene.draw, CONTENT, name=scene.name, description=scene.description)
