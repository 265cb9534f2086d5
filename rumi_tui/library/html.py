"""A kept poem as a page for a browser, which needs no other file. Knows nothing of screens."""

from __future__ import annotations

from html import escape

from rumi_tui.library.layout import (
    ACCENT,
    FADED,
    INK,
    PAPER,
    Part,
    colophon,
    direction,
    harmless,
    in_columns,
    language,
    parts_of,
    title_of,
)
from rumi_tui.library.poem import KeptPoem

SERIF = "Georgia, 'Noto Serif', Vazirmatn, 'Noto Naskh Arabic', 'Times New Roman', serif"


def to_html(poem: KeptPoem) -> str:
    """The page: couplets apart, a Persian couplet in two columns where there is room, Rumi's verse as a quotation."""
    title = f'<h1 dir="auto">{escape(harmless(poem.title))}</h1>\n' if poem.title else ""
    verse = title + "\n".join(_part(part) for part in parts_of(poem))
    return f"""<!doctype html>
<html lang="{language(poem)}" dir="{direction(poem)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title_of(poem))}</title>
<style>
body {{ background: {PAPER}; color: {INK}; font: 1.25rem/1.8 {SERIF} }}
main, footer {{ max-width: 38rem; margin: 12vh auto 0; padding: 0 1rem }}
h1 {{ font-size: 1.6rem; font-weight: normal; color: {ACCENT} }}
p {{ margin: 0; min-height: 1.8em }}
.stanza + .stanza {{ margin-top: 1rem }}
.columns, .columns + footer {{ max-width: 46rem }}
@media (min-width: 40rem) {{
.columns .stanza {{ display: grid; grid-template-columns: 1fr 1fr; gap: 0 3rem; margin-top: 0 }}
.second {{ grid-column: 2 }}
}}
blockquote {{ margin: 0 0 1.5rem; padding: 0 1rem; border-inline-start: 3px solid {ACCENT}; color: {ACCENT} }}
cite {{ display: block; direction: ltr; color: {FADED}; font-size: 0.8rem; font-style: normal }}
footer {{ direction: ltr; margin-top: 3rem; color: {FADED}; font-size: 0.8rem }}
@media print {{ body {{ background: none }} .stanza {{ break-inside: avoid }} main {{ margin-top: 0 }} }}
</style>
<main{' class="columns"' if in_columns(poem) else ""}>
{verse}
</main>
<footer lang="en">{escape(colophon(poem))}</footer>
</html>
"""


def _part(part: Part) -> str:
    verse = "\n".join(_stanza(stanza) for stanza in part.stanzas)
    if part.begins_second:
        verse = verse.replace("<p>", '<p class="second">', 1)
    caption = escape(part.caption)
    if part.real:
        name = f'<a href="{escape(part.real.address)}">{caption}</a>' if part.real.address else caption
        return f'<blockquote>\n<cite lang="en">{name}</cite>\n{verse}\n</blockquote>'
    return f'<cite lang="en">{caption}</cite>\n{verse}' if caption else verse


def _stanza(lines: list[str]) -> str:
    verse = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<div class="stanza">\n{verse}\n</div>'
