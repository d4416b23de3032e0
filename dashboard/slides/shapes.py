"""The XML of a template's layouts: what is drawn on them, their places, and how text in these looks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from dashboard.slides.layouts import HANGING, LOGO, OPENING_LOGO, WIDE, Box
from dashboard.slides.text import clean

if TYPE_CHECKING:
    from dashboard.slides.brand import Brand
    from dashboard.slides.layouts import Layout, Place

POINT = 12_700  # English metric units
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
GROUP = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
BAND = 392.0  # how far the opening's colour reaches, in points


def level(size: float) -> str:
    """The first level of text of a size in points, as a style."""
    return (
        '<a:lvl1pPr marL="0" indent="0" algn="l"><a:lnSpc><a:spcPct val="100000"/></a:lnSpc><a:buNone/>'
        f'<a:defRPr sz="{round(size * 100)}"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
        '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:lvl1pPr>'
    )


def layout_xml(layout: Layout, brand: Brand) -> str:
    """A layout with what is drawn on it and its places."""
    places = "".join(place_xml(place, n) for n, place in enumerate(layout.places, start=20))
    return (
        f'<p:sldLayout {SPACES} preserve="1" userDrawn="1"><p:cSld name={quoteattr(layout.name)}><p:spTree>'
        f"{GROUP}{_ground(layout)}{_logo(layout, brand)}{places}</p:spTree></p:cSld><p:clrMapOvr>"
        "<a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _ground(layout: Layout) -> str:
    """The organisation's colour: half of the opening, a thin bar above everything else."""
    high = BAND if layout.dark else 6.0
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Colour"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{units(WIDE)}" cy="{units(high)}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
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


def place_xml(place: Place, number: int) -> str:
    """A placeholder with its style."""
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
        f'<a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{place.anchor}" wrap="square"><a:noAutofit/>'
        f"</a:bodyPr><a:lstStyle>{_style(place)}</a:lstStyle><a:p>{shown}</a:p></p:txBody></p:sp>"
    )


def _style(place: Place) -> str:
    bullet = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if place.bullets else "<a:buNone/>"
    hanging = round(place.size * HANGING) if place.bullets else 0
    side = "r" if place.kind == "sldNum" else "ctr" if place.name == "Notice" else "l"
    return (
        f'<a:lvl1pPr marL="{units(hanging)}" indent="-{units(hanging)}" algn="{side}">'
        f'<a:spcBef><a:spcPts val="0"/></a:spcBef>{bullet}'
        f'<a:defRPr sz="{round(place.size * 100)}" b="{int(place.bold)}"><a:solidFill>'
        f'<a:schemeClr val="{place.colour}"/></a:solidFill></a:defRPr></a:lvl1pPr>'
    )


def _frame(box: Box) -> str:
    return (
        f'<a:xfrm><a:off x="{units(box.left)}" y="{units(box.top)}"/>'
        f'<a:ext cx="{units(box.width)}" cy="{units(box.height)}"/></a:xfrm>'
    )


def units(points: float) -> int:
    """Points in English metric units, which positions are written in."""
    return round(points * POINT)
