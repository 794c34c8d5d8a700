"""What a notebook's page has to say, as the kernel takes it in."""

from bokeh.document import Document
from panel.io.notebook import diff
from pyviz_comms import Comm

from gatesweep.app.compat import KernelOutput, keep_newest


def moved(model, attr, new):
    return {"kind": "ModelChanged", "model": {"id": model}, "attr": attr, "new": new}


def test_of_values_that_came_together_only_the_newest_is_kept():
    tap = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {}}
    patches = [
        {"events": [moved("a", "value", 1), tap, moved("a", "value", 2), moved("a", "end", 9)]},
        {"events": [tap, moved("b", "value", 3), moved("a", "value", 4)]},
        {"events": []},
        {"events": [moved("b", "value", 5)]},
    ]
    keep_newest(patches)
    assert [patch["events"] for patch in patches] == [
        [tap, moved("a", "end", 9)],
        [tap, moved("a", "value", 4)],
        [],
        [moved("b", "value", 5)],
    ]


class Line(Comm):
    """A line to a page, and what went over it."""

    def init(self):
        self._comm = Sent()


class Sent(list):
    def send(self, *args, **kwargs):
        self.append((args, kwargs))


def test_a_page_is_sent_nothing_until_it_is_seen_and_then_all_in_order():
    line, output, doc = Line(id="line"), KernelOutput(), Document()
    root = output.get_root(doc, line)
    doc.hold()
    doc.add_root(root)
    output._render_mimebundle(root, doc, line)
    assert diff(doc) is None, "the page has what it was made of"
    line.init()  # as Panel does when the page opens its line
    for word in "abc":
        line._comm.send(word)
    assert not isinstance(line._comm, Sent)
    output.seen()
    line._comm.send("d")
    output.seen()
    assert [args for args, _ in line._comm] == [("a",), ("b",), ("c",), ("d",)]
