"""Other people's apps with Lab and Explorer in them: `python tests/ui/guests.py` serves each function at its name."""

import panel as pn
import panel_material_ui as pmui

import gatesweep as gs

SMALL = {"seed_count": 4, "noise_count": 5}


def template() -> pn.template.FastListTemplate:
    """As Panel's own templates have it: a side bar, and a card for what is in the middle."""
    sidebar = [pn.pane.Markdown("Week 5")]
    return pn.template.FastListTemplate(title="Our course", sidebar=sidebar, main=[gs.Lab(gate="XOR")])


def tabs() -> pn.Tabs:
    return pn.Tabs(("Lab", gs.Lab(gate="XOR")), ("Explorer", gs.Explorer(**SMALL)))


def material() -> pmui.Page:
    lab = gs.Lab(gate="XOR")
    return pmui.Page(title="Our course", main=[pn.bind(lambda dark: f"dark: {dark}", lab.param.dark), lab])


def two() -> pn.Column:
    """One in a column of a text's width, one as wide as the page; a text bound to the first."""
    first, second = gs.Lab(gate="XOR"), gs.Lab(gate="OR")
    bound = pn.bind(lambda noise_level: f"noise level: {noise_level}", first.param.noise_level)
    return pn.Column(bound, pn.Column(first, width=600), second)


if __name__ == "__main__":
    pn.extension()
    pages = {page.__name__: page for page in (template, tabs, material, two)}
    pn.serve(pages, show=False)
