from __future__ import annotations

import pytest

from rumi_tui.verse.words import ends_sentence


@pytest.mark.parametrize("end", [".", "!", "?", "؟", ";", "؛", "…", "”", '"', "»"])
def test_a_mark_ends_a_sentence(end: str) -> None:
    assert ends_sentence(f"a lamp,\na house{end}\n")
    assert not ends_sentence(f"a lamp{end}\na house")
