"""A couplet that was found as verse that a model can write on from. Knows nothing of how one writes."""

from __future__ import annotations

from collections.abc import Callable

from models.errors import RumiError
from rumi_tui.search.index import Couplet
from rumi_tui.texts.opening import Opening, opening_at
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works
from rumi_tui.verse.languages import language_name


def opening_of(couplet: Couplet, open_works: Callable[[], Works]) -> Opening:
    """The poem in the works as far as a couplet of it; the couplet alone where nobody said its place.

    Raises `RumiError` where the texts have changed since it was found, and it is there no more.
    """
    if couplet.reference and couplet.language:
        works = open_works()
        place = works.find(read_place(couplet.reference))
        poem = works.poem(place)
        if couplet.language not in poem.forms:
            raise RumiError(f"{place.name} is no longer there in {language_name(couplet.language)}: search again.")
        return opening_at(poem, place.couplet, couplet.language)
    return Opening(
        text=f"{couplet.verse}\n",
        place=couplet.place,
        address=couplet.address,
        language=couplet.language,
        form=couplet.form,
    )
