from __future__ import annotations

from rumi_tui.search.query import question_words


def test_words_that_say_nothing_are_left_out() -> None:
    assert question_words("What is the lantern for, and why?", "en") == ["lantern"]
    assert question_words("Why didn't the drum burn? It won’t, CAN'T and wouldn't've", "en") == ["drum", "burn"]
    assert question_words("چراغ برای چیست؟", "fa") == ["چراغ"]
    assert question_words("چراغ چه می‌کند یا نمی گوید؟", "fa") == ["چراغ"]
