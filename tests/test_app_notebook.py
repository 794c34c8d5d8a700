"""What a notebook's page has to say, as the kernel takes it in."""

from gatesweep.app.compat import keep_newest


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
