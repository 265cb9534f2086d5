"""The typesetting process: reads one `Order` from standard input, as JSON, and writes a PDF or a PNG.

A process of its own, since Typst never gives back the 30 MB that its first document takes. Where Typst refuses, the
exit status is `REFUSED` and standard error says why. Knows nothing of poems.
"""

from __future__ import annotations

import datetime
import json
import sys
from typing import BinaryIO, Literal

import msgspec

REFUSED = 3
PIXELS = 192
"""Of a picture, to an inch."""

SOURCE = """
#let poem = json(bytes(sys.inputs.poem))
#let accent = rgb(poem.accent)
#let small(words) = text(size: 8pt, fill: rgb(poem.faded), font: poem.latin_fonts, lang: "en", dir: ltr, words)
#let direction = if poem.direction == "rtl" { rtl } else { ltr }
#set document(title: poem.title, description: poem.colophon)
#set text(font: poem.fonts, size: 13pt, fill: rgb(poem.ink), lang: poem.language, dir: direction)
#set text(size: 11.5pt) if poem.columns and not poem.is_card
#set par(leading: 0.9em, linebreaks: "simple")
#set page(
  width: auto, height: auto, margin: 2.2cm, fill: rgb(poem.paper),
  background: pad(0.5cm, rect(width: 100%, height: 100%, stroke: 0.5pt + accent.transparentize(60%))),
) if poem.is_card
#set page(
  "a4", margin: (x: 2cm, y: 2.8cm),
  numbering: (..numbers) => if counter(page).final().first() > 1 { small(str(numbers.at(0))) },
) if not poem.is_card
#align(center, {
  if poem.heading != "" {
    block(below: 2.4em, text(size: 18pt, fill: accent, font: poem.heading_fonts, poem.heading))
  }
  for part in poem.parts {
    if part.caption != "" { block(above: 2.4em, below: 1.6em, sticky: true, small(part.caption)) }
    set text(fill: accent) if part.real
    if poem.columns {
      let before = if part.begins_second { ([],) } else { () }
      grid(columns: 2, column-gutter: 2.5em, row-gutter: 1.2em, ..before, ..part.stanzas.flatten())
    } else {
      for stanza in part.stanzas { block(breakable: stanza.len() > 8, spacing: 1.9em, stanza.join(linebreak())) }
    }
  }
  block(above: 3.4em, small(poem.colophon))
})
"""
"""The document, in Typst's language; the poem comes to it as data, so that nothing in it is taken for markup."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be set."""

    kind: Literal["pdf", "png"]
    written: datetime.datetime
    """The date of the document."""
    poem: dict[str, object]
    """What `SOURCE` reads."""


def main(orders: BinaryIO, output: BinaryIO, complaints: BinaryIO) -> int:
    """Sets one order, and gives back the exit status."""
    import typst

    order = msgspec.json.decode(orders.read(), type=Order)
    document = b""
    # A picture, too, is a PDF first: only there does Typst tell that no font has a letter.
    for kind in dict.fromkeys(("pdf", order.kind)):
        try:
            document = typst.compile(
                SOURCE.encode(),
                format=kind,
                ppi=PIXELS,
                sys_inputs={"poem": json.dumps(order.poem)},
                pdf_standards=["ua-1"] if kind == "pdf" else [],
                timestamp=order.written,
            )
        except typst.TypstError as error:
            complaints.write(error.message.encode())
            return REFUSED
    output.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer))
