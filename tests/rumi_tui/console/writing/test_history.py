from __future__ import annotations

import pytest

from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import STEPS, Change, History, Snapshot
from rumi_tui.library.poem import Branch
from rumi_tui.library.store import Library


@pytest.fixture
def draft(library: Library) -> Draft:
    draft = Draft(library, "en", "0" * 64, "free", "amber")
    draft.save()
    return draft


def shown(page: History) -> str | None:
    return page.now.text if page.now else None


def test_steps_are_taken_back_and_taken_again(library: Library, draft: Draft):
    page, other = History(), Draft(library, "en", "0" * 64, "free", "drum")
    page.turn_to(draft)
    draft.text += " candle"
    page.hold()
    draft.text += " mirror"
    page.turn_to(draft)
    page.turn_to(other)
    other.text += " ivory"
    seen = [shown(page)]
    while page.undo():
        seen.append(shown(page))
    assert seen == ["drum ivory", "amber candle mirror", "amber candle", None]
    seen = []
    while page.redo():
        seen.append(shown(page))
    assert seen == ["amber candle", "amber candle mirror", "drum ivory"]


def test_a_new_step_ends_those_that_were_taken_back(library: Library, draft: Draft):
    page, other = History(), Draft(library, "en", "0" * 64, "free", "drum")
    page.turn_to(draft)
    assert page.undo()
    page.turn_to(other)
    assert not page.redo()
    assert page.undo()
    assert shown(page) is None


def test_what_is_written_after_a_step_back_leaves_the_poem_as_a_branch(draft: Draft):
    page = History()
    page.turn_to(draft)
    page.hold()
    draft.text += " candle"
    page.turn_to(draft)
    assert page.now is not None
    assert page.now.is_whole
    assert page.undo()
    assert not page.now.is_whole
    assert page.now.branch() == Branch(draft.id, 5)
    assert page.now.branch(2) == Branch(draft.id, 2)
    assert page.now.branch(99) == Branch(draft.id, 5)


def test_a_poem_that_is_not_kept_has_no_branches(library: Library):
    assert Snapshot(Draft(library, "en", "0" * 64, "free", "amber")).branch() is None


def test_changed_settings_are_steps_between_which_a_poem_does_not_change(draft: Draft):
    page, change, other = (
        History(),
        Change({"keep": "strict"}, {"keep": "off"}),
        Change({"form": "free"}, {"form": "rubai"}),
    )
    page.turn_to(draft)
    page.note(change)
    page.note(other)
    draft.text += " candle"
    page.hold()
    draft.text += " mirror"
    page.turn_to(draft)
    assert page.change is None
    seen = []
    while page.undo():
        seen.append((shown(page), page.change, page.next_change))
    assert seen == [
        ("amber candle", other, None),
        ("amber candle", change, other),
        ("amber candle", None, change),
        (None, None, None),
    ]


def test_steps_are_saved_and_taken_up_without_those_whose_poems_are_gone(library: Library, draft: Draft):
    page, other = History(), Draft(library, "en", "0" * 64, "free", "drum")
    lost = Draft(library, "en", "0" * 64, "free", "never saved")
    other.save()
    page.turn_to(draft)
    draft.text += " candle"
    for each in (lost, draft, other):
        page.turn_to(each)
    page.note(Change({"keep": "strict"}, {"keep": "off"}))
    page.clear(None)
    page.undo()
    steps, number = page.saved()
    assert [(step.poem, step.length) for step in steps] == [
        *((None, None), (draft.id, 12), (draft.id, 12), (other.id, 4), (other.id, 4), (None, None))
    ]
    assert (steps[number].poem, steps[number].after) == (other.id, {"keep": "off"})

    for poems, texts in (
        ((draft, other), [None, "amber candle", "amber candle", "drum", "drum", None]),
        ((draft,), [None, "amber candle", "amber candle", None]),
        ((), [None, None]),
    ):
        found, again = {poem.id: poem for poem in poems}, History()
        again.take_up(steps, number, found.get)
        last = len(poems) * 2
        assert shown(again) == texts[last]
        while again.undo():
            pass
        seen = [shown(again)]
        while again.redo():
            seen.append(shown(again))
        assert seen == texts


def test_all_steps_are_saved_and_which_of_them_is_shown(draft: Draft):
    page = History()
    for _ in range(STEPS + 20):
        page.note(Change({"keep": "strict"}, {"keep": "off"}))
    for back, number in ((0, STEPS), (10, STEPS - 10), (STEPS - 10, 0)):
        for _ in range(back):
            page.undo()
        steps, shown_step = page.saved()
        assert (len(steps), shown_step) == (STEPS + 1, number)


def test_only_the_latest_steps_are_remembered(draft: Draft):
    page = History()
    for number in range(3 * STEPS):
        page.note(Change({"lines": str(number)}, {"lines": str(number + 1)}))
    seen = [page.change]
    while page.undo():
        seen.append(page.change)
    assert len(seen) == STEPS + 1
    assert [change.after["lines"] for change in seen if change] == [str(3 * STEPS - back) for back in range(STEPS + 1)]
    while page.redo():
        pass
    assert page.change == seen[0]
