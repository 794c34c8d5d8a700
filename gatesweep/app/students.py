"""The way to what is on show, and to the page for students: an address as a link and as a QR code for the projector."""

from html import escape
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import panel as pn
import panel_material_ui as pmui
import segno

__all__ = ["StudentLink", "qr_code"]

OFFLINE = "One file that needs no server: it trains in each student's browser, and works offline."
ELSEWHERE = "Only this machine can open this address. To hand it out: gatesweep serve --address 0.0.0.0"


def qr_code(text: str) -> str:
    """A QR code as SVG, dark on white whatever the page's colours are."""
    return segno.make(text, error="m").svg_inline(scale=8, border=3, dark="#000", light="#fff", omitsize=True)


def _is_own(address: str) -> bool:
    """Whether an address leads to this machine alone."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class StudentLink(pn.viewable.Viewer):
    """An address in a dialog; Escape or its button closes it."""

    def __init__(self) -> None:
        super().__init__()
        self.content = pn.pane.HTML("", sizing_mode="stretch_width")
        self.dialog = pmui.Dialog(
            self.content, title="Page for students", title_variant="h6", show_close_button=True, close_on_click=True
        )

    def show(self, address: str, title: str = "Page for students", about: str = OFFLINE) -> None:
        """Open the dialog on this address."""
        link = escape(address)
        note = f"<p>{ELSEWHERE}</p>" if _is_own(address) else ""
        self.content.object = (
            f"<div style='text-align:center'><div role='img' aria-label='QR code of {link}' "
            f"style='width:min(60vh,420px,70vw);margin:auto'>{qr_code(address)}</div>"
            f"<p style='font-size:20px'><a href='{link}' target='_blank' style='overflow-wrap:anywhere'>{link}</a></p>"
            f"<p>{about}</p>{note}</div>"
        )
        self.dialog.title = title
        self.dialog.open = True

    def __panel__(self) -> Any:
        return self.dialog
