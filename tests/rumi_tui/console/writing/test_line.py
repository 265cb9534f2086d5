from __future__ import annotations

import msgspec
import pytest
from support import refused

from rumi_tui.console.writing.draft import Draft, Settings
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.line import LineJob, LineWish, read_wish
from rumi_tui.engine.messages import WroteLine
from rumi_tui.engine.request import Sampling
from rumi_tui.engine.written import NewLine
from rumi_tui.library.poem import Branch, Passage
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library

SETTINGS = Settings(model="en", form="free", sampling=Sampling(), seed=11, lines=3)
TEXT = "amber barley\ncandle drum\nember fennel\ngarnet"


def draft_of(library: Library, *begins: int, text: str = TEXT) -> Draft:
    """A poem of which models wrote everything from the first of these places on."""
    draft = Draft(library, "en", "ab" * 32, "free", text[: begins[0]] if begins else text)
    draft.text = text
    draft.passages = [
        Passage(begins_at=begin, seed=seed, lines=9, sampling=Sampling(), ending="lines")
        for seed, begin in enumerate(begins, 1)
    ]
    draft.save()
    return draft


def rewrite(library: Library, draft: Draft, number: int, line: str, **told) -> Draft:
    snapshot = Snapshot(draft)
    job = LineJob(library, SETTINGS, snapshot, LineWish(number))
    lines = snapshot.text.split("\n")
    lines[number - 1] = line
    fields = {"tries": 8, "faults": [], "broken": [], "missed": [], **told}
    new = NewLine(text="\n".join(lines), number=number, line=line, **fields)
    job.handle(WroteLine(new, "", "cd" * 32))
    assert job.draft is not None
    return job.draft


def given(draft: Draft) -> list[str]:
    return [draft.text[part.start : part.stop] for part in draft.given if part]


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("3", LineWish(3)),
        (" 12 rhyme love ", LineWish(12, rhyme="love")),
        ("2 end my heart  metre hazaj mosaddas", LineWish(2, end="my heart", metre="hazaj mosaddas")),
        ("1 rhyme خرمن end جان", LineWish(1, rhyme="خرمن", end="جان")),
    ],
)
def test_a_wish_is_read_as_it_is_typed(typed: str, wish: LineWish) -> None:
    assert read_wish(typed) == wish


@pytest.mark.parametrize(
    "typed", ["", "love", "3 love", "3 rhyme", "rhyme love", "-1", "3 rhyme  end love", "9" * 5_000]
)
def test_what_is_no_wish_is_refused_and_told_how(typed: str) -> None:
    with refused("3 rhyme love"):
        read_wish(typed)


def test_a_line_that_there_is_not_is_refused(library: Library) -> None:
    with refused("no line 5"):
        LineJob(library, SETTINGS, Snapshot(draft_of(library, 5)), LineWish(5))


def test_the_new_poem_is_a_branch_at_its_line_and_the_old_one_stays(library: Library) -> None:
    draft = draft_of(library, 5)
    before = library.poem(draft.id)
    fresh = rewrite(library, draft, 2, "cat")
    kept = library.poem(fresh.id)
    assert kept.text == fresh.text == TEXT.replace("candle drum", "cat")
    assert kept.branch == Branch(draft.id, 13)
    assert kept.model_sha256 == "cd" * 32
    assert library.poem(draft.id) == before


def test_it_is_kept_who_wrote_what(library: Library) -> None:
    fresh = rewrite(library, draft_of(library, 5, 26), 2, "cat")
    begins = [(passage.begins_at, passage.seed, passage.ending) for passage in fresh.passages]
    assert begins == [(13, 11, "line"), (16, 1, "lines"), (18, 2, "lines")]
    assert given(fresh) == ["amber"]
    assert library.poem(fresh.id).passages == tuple(fresh.passages)
    assert Draft.reopen(library, library.poem(fresh.id)).given == [range(5)]
    assert fresh.passages[0].keep == "strict"


def test_rumis_lines_stay_his_around_the_new_one(library: Library):
    draft = draft_of(library, 26)
    draft.real = RealVerse(length=25, place="ghazal 100")
    fresh = rewrite(library, draft, 1, "cat")
    assert library.poem(fresh.id).real == RealVerse(
        length=16,
        place="ghazal 100",
        parts=(RealVerse(length=4, place="", author="machine"), RealVerse(length=12, place="ghazal 100")),
    )


def test_what_the_person_typed_before_and_after_the_line_stays_the_persons(library: Library) -> None:
    fresh = rewrite(library, draft_of(library, 38), 2, "candle drum kettle")
    assert given(fresh) == ["amber barley\n", "\nember fennel\n"]
    reopened = Draft.reopen(library, library.poem(fresh.id))
    assert given(reopened) == given(fresh)
    typed = rewrite(library, draft_of(library), 2, "cat")
    assert given(typed) == ["amber barley\n", "\nember fennel\ngarnet"]
    assert given(Draft.reopen(library, library.poem(typed.id))) == given(typed)


def test_a_second_line_keeps_what_is_known_of_the_first(library: Library) -> None:
    first = rewrite(library, draft_of(library, 5), 3, "cat")
    second = rewrite(library, first, 2, "drum")
    assert [(passage.begins_at, passage.ending) for passage in second.passages] == [
        (13, "line"),
        (17, "lines"),
        (18, "line"),
        (21, "lines"),
    ]
    assert given(Draft.reopen(library, library.poem(second.id))) == given(second) == ["amber"]


def test_the_last_line_ends_the_poem(library: Library) -> None:
    fresh = rewrite(library, draft_of(library, 5), 4, "cat")
    assert [passage.ending for passage in fresh.passages] == ["line"]


def test_a_poem_that_could_not_be_saved_is_whole_all_the_same(library: Library) -> None:
    library._database.execute("PRAGMA query_only = ON")
    fresh = rewrite(library, draft_of(library, 5), 2, "cat")
    library._database.execute("PRAGMA query_only = OFF")
    fresh.save()
    kept = library.poem(fresh.id)
    assert kept.branch is None
    assert [passage.begins_at for passage in kept.passages] == [5, 13, 16]
    assert given(Draft.reopen(library, kept)) == ["amber"]


def test_what_is_missed_and_what_breaks_is_told(library: Library) -> None:
    job = LineJob(library, SETTINGS, Snapshot(draft_of(library, 5)), LineWish(2))
    told = {"missed": ["rhyme"], "faults": ["word"], "broken": [4]}
    new = NewLine(text=TEXT, number=2, line="candle drum", tries=8, **told)
    job.handle(WroteLine(new, "", "cd" * 32))
    assert job.words == "line 2 is new · none of 8 tries rhymes with it · the form breaks in line 2, 4"
    job.handle(WroteLine(msgspec.structs.replace(new, missed=[], faults=[], broken=[]), "", "cd" * 32))
    assert job.words == "line 2 is new"
