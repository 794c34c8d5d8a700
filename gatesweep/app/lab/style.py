"""The Lab's style sheets. Sizes answer to the Lab's own width, so that a notebook cell counts like a phone."""

__all__ = ["CONTROLS", "FRAME", "LESSON", "NUMBERS", "PAGE", "PLAYER", "ROOT", "STAGE", "TEXT", "TOP"]

NARROW = "@container lab (max-width: 1020px)"

ROOT = """
:host { container: lab / inline-size; display: block !important; width: 100%; overflow: hidden auto;
  scrollbar-width: thin }
"""
PAGE = f"""
:host {{ display: grid !important; gap: 12px; padding: 12px; box-sizing: border-box; width: 100%;
  height: var(--lab-height, 820px); min-height: 600px;
  grid-template-columns: clamp(250px, 19cqw, 380px) minmax(0, 1fr) clamp(320px, 27cqw, 620px);
  grid-template-rows: auto minmax(0, 1fr); grid-template-areas: "lesson lesson lesson" "controls stage numbers"; }}
:host > * {{ min-width: 0 !important; min-height: 0 !important; }}
:host > .gs-lesson {{ grid-area: lesson }}
:host > .gs-controls {{ grid-area: controls; overflow: hidden auto; scrollbar-width: thin }}
:host > .gs-stage {{ grid-area: stage }}
:host > .gs-numbers {{ grid-area: numbers }}
{NARROW} {{
  :host {{ height: auto !important; flex: none !important; padding: 8px; gap: 8px;
    grid-template-columns: minmax(0, 1fr); grid-template-rows: none;
    grid-template-areas: "lesson" "stage" "controls" "numbers"; }}
  :host > * {{ height: auto !important; min-height: max-content !important;
    overflow: visible !important }}
}}
"""
LESSON = f"""
:host {{ display: grid !important; grid-template-columns: 230px minmax(0, 1fr) auto; align-items: center;
  gap: 6px 16px; padding: 8px 10px; min-height: 64px; height: auto !important; }}
:host > * {{ min-width: 0 !important; align-self: center !important }}
{NARROW} {{ :host {{ grid-template-columns: minmax(0, 1fr) }} }}
"""
CONTROLS = f"""
:host {{ padding: 4px 2px; }}
{NARROW} {{ :host {{ height: auto !important }} }}
"""
STAGE = f"""
:host {{ display: grid !important; grid-template-rows: auto minmax(0, 1fr) auto auto; padding: 8px 12px 10px; gap: 4px;
  container: stage / inline-size; }}
:host > * {{ min-width: 0 !important; min-height: 0 !important }}
{NARROW} {{ :host {{ padding: 6px 4px 8px; grid-template-rows: auto; height: auto !important }}
  :host > * {{ height: auto; min-height: max-content !important }} }}
"""
FRAME = f"""
:host {{ container-type: size; display: grid !important; place-items: center; overflow: hidden; width: 100%; }}
:host > * {{ width: min(100cqw, 100cqh) !important; height: min(100cqw, 100cqh) !important; }}
{NARROW} {{ :host {{ height: min(100cqw - 16px, 900px) !important }} }}
"""
NUMBERS = f"""
:host {{ display: grid !important; gap: 12px; grid-template-rows: max-content repeat(2, minmax(216px, 1fr));
  overflow: hidden auto; scrollbar-width: none; }}
:host > * {{ min-width: 0 !important; min-height: 0 !important; }}
{NARROW} {{ :host {{ gap: 8px; grid-template-rows: auto 300px 300px; height: auto !important }}
  :host > .gs-scores {{ height: auto !important; min-height: max-content !important }} }}
"""
PLAYER = """
:host { align-items: center }
@container stage (max-width: 560px) { :host { flex-wrap: wrap; justify-content: center; row-gap: 10px }
  :host > .gs-wide { order: 9; flex: 1 0 100% !important } }
"""
TOP = """
:host { align-items: center; row-gap: 2px }
:host > * { min-width: 0 }
@container stage (max-width: 560px) { :host { flex-wrap: wrap; justify-content: center }
  :host > .gs-wide { flex: 1 0 100% !important } }
"""
TEXT = """
:host { color: var(--panel-on-surface-color); line-height: 1.4; font-size: 15px; font-variant-numeric: tabular-nums }
.question { font-size: clamp(17px, 1.35vw, 26px); font-weight: 650; line-height: 1.25; text-wrap: balance }
.more { font-size: clamp(14px, 1vw, 20px); margin-top: 2px; opacity: .88; text-wrap: pretty }
.equation { font-size: clamp(15px, 2.5cqw, 30px); text-align: center; white-space: nowrap; overflow-x: auto }
.meaning { font-size: clamp(14px, 1.05vw, 21px); text-wrap: pretty }
.losses { font-size: 13px; opacity: .75; margin-top: 4px }
.chip { display: inline-block; padding: 3px 10px; border-radius: 99px; font-size: 13px; font-weight: 600;
  white-space: nowrap; background: color-mix(in srgb, var(--tone) 16%, transparent);
  border: 1px solid color-mix(in srgb, var(--tone) 55%, transparent) }
.success { --tone: #009E73 } .info { --tone: #56B4E9 } .warning { --tone: #E69F00 } .error { --tone: #D5004A }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: center; font-size: 13.5px; opacity: .9 }
.legend svg { width: 13px; height: 13px; vertical-align: -2px; margin-right: 4px; overflow: visible }
.confusion { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 2px 12px }
table { border-collapse: collapse }
th { font-weight: 500; padding: 2px 8px; font-size: 13px } td { text-align: center; padding: 2px 12px; font-size: 17px;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  background: color-mix(in srgb, #D55E00 10%, transparent) }
td.ok { background: color-mix(in srgb, #009E73 16%, transparent) }
p { margin: 2px }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
"""
