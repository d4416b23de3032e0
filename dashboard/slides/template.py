"""Our own template: a 16:9 presentation with a theme, a master and the layouts, made from their description.

Written as Office Open XML (ECMA-376, part 1: PresentationML 19.3, DrawingML themes 20.1.6).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from dashboard.slides.layouts import HANGING, HIGH, LAYOUTS, LOGO, OPENING_LOGO, WIDE, Box, Layout, layouts
from dashboard.slides.package import packed
from dashboard.slides.text import clean
from dashboard.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.slides.brand import Brand
    from dashboard.slides.layouts import Place

POINT = 12_700  # English metric units
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.presentationml"
_FACE = '<a:latin typeface="Inter" panose="020B0604020202020204" pitchFamily="34" charset="0"/>'
_GROUP = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
BAND = 392.0  # how far the opening's colour reaches, in points


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
            ("slideMaster", "slideMasters/slideMaster1.xml"), ("theme", "theme/theme1.xml")
        ),
        "ppt/theme/theme1.xml": _theme(brand),
        "ppt/slideMasters/slideMaster1.xml": _master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            *(("slideLayout", f"../slideLayouts/slideLayout{n}.xml") for n in _numbers()),
            ("theme", "../theme/theme1.xml"),
        ),
    }
    pictures = (("image", "../media/logo.png"),) if brand.logo else ()
    for n, layout in zip(_numbers(), layouts(brand).values(), strict=True):
        parts[f"ppt/slideLayouts/slideLayout{n}.xml"] = _layout(layout, brand)
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
        f'<p:presentation {_SPACES} saveSubsetFonts="1"><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
        f'</p:sldMasterIdLst><p:sldSz cx="{_units(WIDE)}" cy="{_units(HIGH)}"/>'
        f'<p:notesSz cx="6858000" cy="9144000"/><p:defaultTextStyle>{_level(18)}</p:defaultTextStyle></p:presentation>'
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
        f'<a:theme {_SPACES} name="Watchkeeper"><a:themeElements><a:clrScheme name="Watchkeeper">{colours}'
        f'</a:clrScheme><a:fontScheme name="Watchkeeper"><a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}'
        f'</a:minorFont></a:fontScheme><a:fmtScheme name="Watchkeeper"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _master() -> str:
    """The master: what every layout inherits; its own places are those of the plainest layout."""
    kept = [place for place in LAYOUTS["Text"].places if place.kind in ("title", "body", "sldNum")][:3]
    shapes = "".join(_shape(place, n) for n, place in enumerate(kept, start=2))
    names = ("bg1=lt1", "tx1=dk1", "bg2=lt2", "tx2=dk2")
    mapped = [pair.split("=") for pair in names] + [[f"accent{n}"] * 2 for n in range(1, 7)]
    mapped += [["hlink"] * 2, ["folHlink"] * 2]
    held = " ".join(f'{name}="{colour}"' for name, colour in mapped)
    layouts = "".join(f'<p:sldLayoutId id="{2147483648 + n}" r:id="rId{n}"/>' for n in _numbers())
    return (
        f'<p:sldMaster {_SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/>'
        f"</p:bgPr></p:bg><p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld><p:clrMap {held}/>"
        f"<p:sldLayoutIdLst>{layouts}</p:sldLayoutIdLst><p:txStyles><p:titleStyle>{_level(26)}</p:titleStyle>"
        f"<p:bodyStyle>{_level(18)}</p:bodyStyle><p:otherStyle>{_level(12)}</p:otherStyle></p:txStyles></p:sldMaster>"
    )


def _level(size: float) -> str:
    return (
        '<a:lvl1pPr marL="0" indent="0" algn="l"><a:lnSpc><a:spcPct val="100000"/></a:lnSpc><a:buNone/>'
        f'<a:defRPr sz="{round(size * 100)}"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
        '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:lvl1pPr>'
    )


def _layout(layout: Layout, brand: Brand) -> str:
    places = "".join(_shape(place, n) for n, place in enumerate(layout.places, start=20))
    return (
        f'<p:sldLayout {_SPACES} preserve="1" userDrawn="1"><p:cSld name={quoteattr(layout.name)}><p:spTree>{_GROUP}'
        f"{_ground(layout)}{_logo(layout, brand)}{places}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _ground(layout: Layout) -> str:
    """The organisation's colour: half of the opening, a thin bar above everything else."""
    high = BAND if layout.dark else 6.0
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Colour"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{_units(WIDE)}" cy="{_units(high)}"/></a:xfrm><a:prstGeom prst="rect">'
        '<a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln>'
        "</p:spPr></p:sp>"
    )


def _logo(layout: Layout, brand: Brand) -> str:
    """The organisation's logo, as large as its place allows, at that place's right edge."""
    if brand.logo is None:
        return ""
    room = OPENING_LOGO if layout.dark else LOGO
    scale = min(room.width / brand.logo.width, room.height / brand.logo.height)
    wide, high = brand.logo.width * scale, brand.logo.height * scale
    box = Box(room.right - wide, room.top + (room.height - high) / 2, wide, high)
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="3" name="Logo" descr={quoteattr(clean(brand.organisation) or "Logo")}/>'
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr userDrawn="1"/></p:nvPicPr><p:blipFill>'
        '<a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr>{_frame(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def _shape(place: Place, number: int) -> str:
    kind = f'type="{place.kind}"' + ("" if place.kind in ("title", "ctrTitle") else f' idx="{place.index}"')
    shown = (
        '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr/><a:t>‹#›</a:t></a:fld>'
        if place.kind == "sldNum"
        else f"<a:r><a:rPr/><a:t>{place.name}</a:t></a:r>"
    )
    ground = f'<a:solidFill><a:schemeClr val="{place.ground}"/></a:solidFill>' if place.ground else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{place.name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr>{_frame(place.box)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{ground}</p:spPr><p:txBody>'
        f'<a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{place.anchor}" wrap="square"><a:noAutofit/></a:bodyPr>'
        f"<a:lstStyle>{_style(place)}</a:lstStyle><a:p>{shown}</a:p></p:txBody></p:sp>"
    )


def _style(place: Place) -> str:
    bullet = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if place.bullets else "<a:buNone/>"
    hanging = round(place.size * HANGING) if place.bullets else 0
    side = "r" if place.kind == "sldNum" else "ctr" if place.name == "Notice" else "l"
    return (
        f'<a:lvl1pPr marL="{_units(hanging)}" indent="-{_units(hanging)}" algn="{side}">'
        f'<a:spcBef><a:spcPts val="0"/></a:spcBef>{bullet}<a:defRPr sz="{round(place.size * 100)}" b="{int(place.bold)}">'
        f'<a:solidFill><a:schemeClr val="{place.colour}"/></a:solidFill></a:defRPr></a:lvl1pPr>'
    )


def _frame(box: Box) -> str:
    return (
        f'<a:xfrm><a:off x="{_units(box.left)}" y="{_units(box.top)}"/>'
        f'<a:ext cx="{_units(box.width)}" cy="{_units(box.height)}"/></a:xfrm>'
    )


def _units(points: float) -> int:
    return round(points * POINT)
