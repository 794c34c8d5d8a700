"""What a word, a mark or a control means: one sentence, by hover, focus and tap.

Anything in a view names its sentence by a class: HTML by `explained`, a control by `explain_class`.
"""

import re
from collections.abc import Mapping

import param
from panel.custom import JSComponent

from gatesweep.app.assets import asset, sheets
from gatesweep.lessons import EXPLANATIONS

__all__ = ["Explain", "explain_class", "explained", "glossed", "sentences"]


def explain_class(name: str) -> str:
    """The CSS class of what this sentence explains."""
    return f"explain-{name}"


def explained(name: str, html: str) -> str:
    """HTML that explains itself, also to the keyboard; its pane has the style sheet "explained"."""
    return f'<span class="explained {explain_class(name)}" tabindex=0>{html}</span>'


def glossed(html: str, names: Mapping[str, str]) -> str:
    """HTML whose words explain themselves, each where it first stands: the names of their sentences by the words."""
    left, words = dict(names), re.compile("|".join(rf"\b{re.escape(words)}\b" for words in names))

    def explain(found: re.Match[str]) -> str:
        name = left.pop(found[0], None)
        return explained(name, found[0]) if name else found[0]

    parts = re.split(r"(<[^>]*>)", html)
    return "".join(part if part.startswith("<") else words.sub(explain, part) for part in parts)


def sentences(state: param.Parameterized) -> dict[str, str]:
    """By name, what a view with this state can explain: its parameters, and all that has no parameter."""
    declared = {name: " ".join(state.param[name].doc.split()) for name in state.param if state.param[name].doc}
    return declared | {name: explanation.sentence for name, explanation in EXPLANATIONS.items()}


class Explain(JSComponent):
    """Explains what lies in the same layout as itself, or deeper.

    A tap is for words; a control, for which a tap has its own use, says its sentence when it is held. See explain.js.
    """

    sentences = param.Dict({}, doc="By name.")

    _esm = asset("explain.js")

    def __init__(self, state: param.Parameterized) -> None:
        super().__init__(
            sentences=sentences(state), stylesheets=sheets("aside", "explain"), width=0, height=0, margin=0
        )
