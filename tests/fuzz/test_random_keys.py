from __future__ import annotations

from itertools import islice

from random_keys import PASTES, Deed, Use, deeds


def test_what_is_done_follows_from_the_seed_alone():
    done = list(islice(deeds(7), 2000))
    assert done == list(islice(deeds(7), 2000))
    assert done != list(islice(deeds(8), 2000))
    assert {deed.kind for deed in done} == {"press", "paste", "click", "wheel", "resize", "wait"}


def test_every_kind_can_be_done_and_is_told_in_a_few_words():
    for deed in islice(deeds(7), 2000):
        assert callable(getattr(Use, f"_{deed.kind}"))
        assert len(str(deed)) < 60
    assert str(Deed("press", "ctrl+r")) == "ctrl+r"
    assert "\x1b" not in "".join(str(Deed("paste", text)) for text in PASTES)
