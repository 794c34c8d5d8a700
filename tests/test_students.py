"""Share's page for students: its address, and a QR code that says it."""

import re

import panel as pn
import pytest
import segno

from gatesweep.app.page import App
from gatesweep.app.students import StudentLink, qr_code


def test_the_code_says_the_address() -> None:
    address = "http://192.168.1.7:5006/page#gate=XOR&noise_level=0.1"
    width = segno.make(address, error="m").symbol_size(border=3)[0]
    assert re.search(r'viewBox="0 0 (\d+)', qr_code(address))[1] == str(8 * width)


@pytest.mark.parametrize(
    ("address", "is_own"),
    [("http://localhost:5006/page", True), ("http://127.0.0.1:5006/page", True), ("http://192.168.1.7/page", False)],
)
def test_an_address_of_this_machine_alone_says_so(address: str, is_own: bool) -> None:
    link = StudentLink()
    link.show(address)
    assert link.dialog.open
    assert address in link.content.object
    assert ("--address 0.0.0.0" in link.content.object) == is_own


def test_the_address_carries_what_is_on_show() -> None:
    pn.extension()
    app = App(has_student_page=True)
    app.lab.gate = "XOR"
    app.share("Page for students")
    assert app.students.dialog.open
    assert "/page#gate=XOR" in app.students.content.object


def test_the_qr_code_of_the_link_says_what_is_on_show() -> None:
    pn.extension()
    app = App()
    app.lab.gate = "XOR"
    app.share("QR code")
    assert app.students.dialog.open and app.students.dialog.title == "QR code"
    assert "/?gate=XOR" in app.students.content.object and "no server" not in app.students.content.object
