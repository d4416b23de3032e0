"""Our own template: a 16:9 presentation with a theme, a master and the layouts, made from their description.

Written as Office Open XML (ECMA-376, part 1: PresentationML 19.3, DrawingML themes 20.1.6).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dashboard.slides.layouts import HIGH, LAYOUTS, WIDE, layouts
from dashboard.slides.package import packed
from dashboard.slides.shapes import GROUP, SPACES, layout_xml, level, place_xml, units
from dashboard.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.slides.brand import Brand

_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.presentationml"
_SETTINGS = {  # without these PowerPoint calls a file damaged
    "presProps": f"<p:presentationPr {SPACES}/>",
    "viewProps": f"<p:viewPr {SPACES}/>",
    "tableStyles": f'<a:tblStyleLst {SPACES} def="{{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}}"/>',
}
_FACE = '<a:latin typeface="Inter" panose="020B0604020202020204" pitchFamily="34" charset="0"/>'


@cache
def template(brand: Brand) -> bytes:
    """The empty presentation in an organisation's colours."""
    parts: dict[str, str] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            ("officeDocument", "ppt/presentation.xml"), ("extended-properties", "docProps/app.xml")
        ),
        "docProps/app.xml": (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            "<Application>Watchkeeper</Application></Properties>"
        ),
        "ppt/presentation.xml": _presentation(),
        "ppt/_rels/presentation.xml.rels": _relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            ("theme", "theme/theme1.xml"),
            *((kind, f"{kind}.xml") for kind in _SETTINGS),
        ),
        **{f"ppt/{kind}.xml": xml for kind, xml in _SETTINGS.items()},
        "ppt/theme/theme1.xml": _theme(brand),
        "ppt/slideMasters/slideMaster1.xml": _master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            *(("slideLayout", f"../slideLayouts/slideLayout{n}.xml") for n in _numbers()),
            ("theme", "../theme/theme1.xml"),
        ),
    }
    pictures = (("image", "../media/logo.png"),) if brand.logo else ()
    for n, layout in zip(_numbers(), layouts(brand).values(), strict=True):
        parts[f"ppt/slideLayouts/slideLayout{n}.xml"] = layout_xml(layout, brand)
        parts[f"ppt/slideLayouts/_rels/slideLayout{n}.xml.rels"] = _relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml"), *pictures
        )
    written = [(name, f"{_DECLARED}{xml}".encode()) for name, xml in parts.items()]
    return packed([*written, ("ppt/media/logo.png", brand.logo.png)] if brand.logo else written)


def _numbers() -> range:
    return range(1, len(LAYOUTS) + 1)


def _relations(*targets: tuple[str, str]) -> str:
    """Relations numbered from 1 in the order given: (kind, target)."""
    held = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{held}</Relationships>'


def _content_types() -> str:
    kinds: Mapping[str, str] = {
        "/ppt/presentation.xml": f"{_MAIN}.presentation.main+xml",
        "/ppt/slideMasters/slideMaster1.xml": f"{_MAIN}.slideMaster+xml",
        "/ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        **{f"/ppt/{kind}.xml": f"{_MAIN}.{kind}+xml" for kind in _SETTINGS},
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        **{f"/ppt/slideLayouts/slideLayout{n}.xml": f"{_MAIN}.slideLayout+xml" for n in _numbers()},
    }
    parts = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f"{parts}</Types>"
    )


def _presentation() -> str:
    return (
        f'<p:presentation {SPACES} saveSubsetFonts="1"><p:sldMasterIdLst>'
        f'<p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldSz cx="{units(WIDE)}" cy="{units(HIGH)}"/>'
        f'<p:notesSz cx="6858000" cy="9144000"/><p:defaultTextStyle>{level(18)}</p:defaultTextStyle>'
        "</p:presentation>"
    )


def _theme(brand: Brand) -> str:
    scheme = {
        "dk1": LIGHT.ink,
        "lt1": LIGHT.paper,
        "dk2": LIGHT.muted,
        "lt2": LIGHT.fill,
        "accent1": brand.accent,
        "accent2": brand.mark,
        "accent3": LIGHT.verdicts["benefit"],
        "accent4": LIGHT.verdicts["harm"],
        "accent5": LIGHT.notice,
        "accent6": LIGHT.rule,
        "hlink": brand.accent,
        "folHlink": LIGHT.muted,
    }
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{colour[1:]}"/></a:{name}>' for name, colour in scheme.items()
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    faces = f'{_FACE}<a:ea typeface=""/><a:cs typeface=""/>'
    return (
        f'<a:theme {SPACES} name="Watchkeeper"><a:themeElements><a:clrScheme name="Watchkeeper">{colours}'
        f'</a:clrScheme><a:fontScheme name="Watchkeeper"><a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}'
        f'</a:minorFont></a:fontScheme><a:fmtScheme name="Watchkeeper"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _master() -> str:
    """The master: what every layout inherits; its own places are those of the plainest layout."""
    kept = [place for place in LAYOUTS["Text"].places if place.kind in ("title", "body", "sldNum")][:3]
    shapes = "".join(place_xml(place, n) for n, place in enumerate(kept, start=2))
    names = ("bg1=lt1", "tx1=dk1", "bg2=lt2", "tx2=dk2")
    mapped = [pair.split("=") for pair in names] + [[f"accent{n}"] * 2 for n in range(1, 7)]
    mapped += [["hlink"] * 2, ["folHlink"] * 2]
    held = " ".join(f'{name}="{colour}"' for name, colour in mapped)
    layouts = "".join(f'<p:sldLayoutId id="{2147483648 + n}" r:id="rId{n}"/>' for n in _numbers())
    return (
        f'<p:sldMaster {SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'
        f"<a:effectLst/></p:bgPr></p:bg><p:spTree>{GROUP}{shapes}</p:spTree></p:cSld><p:clrMap {held}/>"
        f"<p:sldLayoutIdLst>{layouts}</p:sldLayoutIdLst><p:txStyles><p:titleStyle>{level(26)}</p:titleStyle>"
        f"<p:bodyStyle>{level(18)}</p:bodyStyle><p:otherStyle>{level(12)}</p:otherStyle></p:txStyles></p:sldMaster>"
    )
