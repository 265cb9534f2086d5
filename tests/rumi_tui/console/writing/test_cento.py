from __future__ import annotations

from rumi_tui.console.writing.cento import draft_of
from rumi_tui.library.store import Library
from rumi_tui.search.cento import Cento, Chosen

VERSES = ["amber\nbarley", "candle\ndrum"]
CENTO = Cento(
    words=["amber"],
    language="en",
    form="free",
    metre="",
    rhyme="",
    couplets=[
        Chosen(place=f"Masnavi {book}", reference="", address="", verse=verse) for book, verse in enumerate(VERSES)
    ],
)


def test_a_cento_is_kept_once_whatever_it_is_called(library: Library):
    typed = library.begin("en", "0" * 64, "free", "\n".join(VERSES))
    first = draft_of(library, CENTO)
    assert first.id != typed
    assert library.poem(first.id).title == "Cento: amber"
    library.name(first.id, "A small lamp", [])
    assert draft_of(library, CENTO).id == first.id
    library.delete(first.id)
    assert draft_of(library, CENTO).id not in (first.id, typed)
