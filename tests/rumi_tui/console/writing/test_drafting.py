from __future__ import annotations

from pathlib import Path

from rumi_tui.console.writing.draft import Settings
from rumi_tui.console.writing.drafting import DRAFTS, Drafting
from rumi_tui.engine.messages import Began, Finished
from rumi_tui.engine.request import Sampling
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library

SETTINGS = Settings(model="en", form="couplet", sampling=Sampling(), seed=11, lines=3)


def test_what_is_rumis_stays_so_in_every_draft(tmp_path: Path) -> None:
    library = Library(tmp_path / "poems.sqlite")
    real = RealVerse(length=5, place="ghazal 100")
    drafting = Drafting(library, SETTINGS, "amber", True, title="After Rumi: ghazal 100", real=real)
    for _ in range(DRAFTS):
        drafting.handle(Began("amber", [], "0" * 64))
        drafting.handle(Finished("lines", 0, 0.1))
    assert drafting.is_over
    poems = [library.poem(draft.id) for draft in drafting.drafts if draft.id is not None]
    assert [poem.real for poem in poems] == [real] * DRAFTS
    assert {poem.title for poem in poems} == {"After Rumi: ghazal 100"}
