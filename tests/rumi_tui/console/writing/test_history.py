from __future__ import annotations

import pytest

from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import Change, History, Snapshot
from rumi_tui.library.store import Branch, Library


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
