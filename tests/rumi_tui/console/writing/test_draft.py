from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from support import refused

from rumi_tui.console.writing import draft as draft_module
from rumi_tui.console.writing.desk import Desk
from rumi_tui.console.writing.draft import Draft, Job, Settings
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.messages import Began, Failed, Finished, Wrote
from rumi_tui.engine.request import Sampling
from rumi_tui.engine.session import Session
from rumi_tui.engine.written import Step
from rumi_tui.library.poem import Branch
from rumi_tui.library.real_verse import RealVerse, shared_beginning
from rumi_tui.library.store import Library

SETTINGS = Settings(model="en", form="couplet", sampling=Sampling(temperature=1), seed=11, lines=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "poems.sqlite"


@pytest.fixture
def library(path: Path) -> Library:
    return Library(path)


@pytest.fixture
def saves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_module, "SAVE_SECONDS", 0)


def write(job: Job, model: Session, characters: int | None = None) -> Draft:
    """Carries out a job here; stops it after so many characters."""
    [order] = job.commands()
    request = order.request
    poem = Generation(model, model.tokenizer, request)
    job.handle(Began(request.text, [], model.sha256))
    count = 0
    for step in itertools.islice(poem, characters):
        job.handle(Wrote([step]))
        count += 1
    job.handle(Finished(poem.ending, count, 0.1))
    assert job.draft is not None
    return job.draft


@pytest.mark.parametrize("text", ["", "amber"])
def test_going_on_where_nothing_was_written_yet_goes_on_with_the_same_poem(
    library: Library, endless: Session, saves_at_once, text: str
):
    draft = write(Job(library, SETTINGS, text, True, None), endless, 0)
    for characters in (0, 9, 7):
        settings = msgspec.structs.replace(SETTINGS, seed=SETTINGS.seed + characters)
        draft = write(Job(library, settings, draft.text, False, draft), endless, characters)
    assert [poem.text for poem in library.poems()] == [draft.text]
    [kept] = library.poems()
    assert len(kept.text) == len(text) + 16
    assert [(each.begins_at, each.seed) for each in kept.passages] == [(len(text), 20), (len(text) + 9, 18)]


def test_what_is_stopped_before_it_begins_leaves_a_poem_as_it_is(library: Library, endless: Session):
    poems = [write(Job(library, SETTINGS, "amber", True, None), endless)]
    poems.append(Draft(library, "en", endless.sha256, "couplet", "by hand"))
    for draft in poems:
        before = list(draft.passages)
        Job(library, SETTINGS, draft.text, False, draft).handle(Finished(None, 0, 0.0))
        assert draft.passages == before


def test_of_a_poem_in_which_nothing_stands_nothing_is_kept(library: Library, endless: Session):
    draft = write(Job(library, SETTINGS, "", True, None), endless, 0)
    draft.save()
    assert draft.trouble is None
    assert library.poems() == []


def test_a_poem_is_saved_as_it_grows(library: Library, path: Path, endless: Session, saves_at_once):
    reader = Library(path)
    job = Job(library, SETTINGS, "amber", True, None)
    steps = iter(Generation(endless, endless.tokenizer, job.commands()[0].request))
    job.handle(Began("amber", [], endless.sha256))
    assert [kept.text for kept in reader.poems()] == ["amber"]
    text = "amber"
    for step in itertools.islice(steps, 20):
        job.handle(Wrote([step]))
        text += step.text
        assert [kept.text for kept in reader.poems()] == [text]
    [kept] = reader.poems()
    assert [passage.ending for passage in kept.passages] == [None]


def test_saving_waits_between_saves_but_the_end_is_always_saved(library: Library, path: Path, monkeypatch):
    monkeypatch.setattr(draft_module, "SAVE_SECONDS", 10_000)
    job = Job(library, SETTINGS, "amber", True, None)
    job.handle(Began("amber", [], "0" * 64))
    assert job.draft is not None
    job.draft.append(" barley")
    assert Library(path).poems()[0].text == "amber"
    job.handle(Finished("end", 7, 0.1))
    assert Library(path).poems()[0].text == "amber barley"
    assert Library(path).poems()[0].passages[0].ending == "end"


@pytest.mark.parametrize("characters", [None, 37])
@pytest.mark.parametrize("prompt", ["", "amber barley\nca"])
def test_a_poem_of_two_passages_is_written_again_exactly(
    library, path, endless: Session, prompt, characters, write_again
):
    draft = write(Job(library, SETTINGS, prompt, True, None), endless, characters)
    if characters is None:
        draft.append("\n")
    other = msgspec.structs.replace(SETTINGS, seed=12, lines=2, sampling=Sampling(temperature=1.5, top_p=0.9))
    reopened = Draft.reopen(library, library.poems()[0])
    for part in (draft, reopened):
        assert part.prompt == prompt
    write(Job(library, other, draft.text, False, draft), endless)
    [kept] = Library(path).poems()
    assert [passage.seed for passage in kept.passages] == [11, 12]
    assert [passage.ending for passage in kept.passages] == ["lines" if characters is None else None, "lines"]
    assert kept.text == draft.text
    assert write_again(kept, endless) == kept.text


def test_a_poem_is_gone_on_with_after_it_was_opened_again(library, path, endless: Session, write_again):
    first = write(Job(library, SETTINGS, "amber", True, None), endless, 25)
    draft = Draft.reopen(Library(path), Library(path).poems()[0])
    assert (draft.text, draft.prompt, draft.form) == (first.text, "amber", "couplet")
    write(Job(library, SETTINGS, draft.text, False, draft), endless, 25)
    [kept] = library.poems()
    assert kept.text == draft.text
    assert len(kept.text) == 5 + 25 + 25
    assert write_again(kept, endless) == kept.text


@pytest.mark.parametrize("pieces", [None, 3])
def test_a_poem_of_words_is_gone_on_with_and_written_again_exactly(
    library, path, words: Session, saves_at_once, write_again, pieces
):
    draft = write(Job(library, SETTINGS, "amber can", True, None), words, pieces)
    write(Job(library, SETTINGS, draft.text, False, draft), words, pieces)
    [kept] = Library(path).poems()
    assert len(kept.passages) == 2
    assert kept.text == draft.text
    assert write_again(kept, words) == kept.text


def test_a_failing_disk_keeps_the_text_and_the_next_save_saves_all(library, path, endless: Session, saves_at_once):
    library._database.execute("PRAGMA query_only = ON")
    draft = write(Job(library, SETTINGS, "amber", True, None), endless)
    assert draft.trouble is not None
    assert "\n" not in draft.trouble
    assert Library(path).poems() == []
    assert draft.text.startswith("amber")
    library._database.execute("PRAGMA query_only = OFF")
    draft.append("\nfennel")
    assert draft.trouble is None
    [kept] = Library(path).poems()
    assert kept.text == draft.text
    assert kept.passages == tuple(draft.passages)
    assert kept.passages[0].ending == "lines"


def test_a_disk_that_fails_in_the_middle_loses_nothing(library, path, endless: Session, saves_at_once, write_again):
    draft = write(Job(library, SETTINGS, "amber", True, None), endless)
    before = draft.text
    library._database.execute("PRAGMA query_only = ON")
    draft.append("\n")
    write(Job(library, SETTINGS, draft.text, False, draft), endless)
    assert draft.trouble is not None
    assert [kept.text for kept in Library(path).poems()] == [before]
    library._database.execute("PRAGMA query_only = OFF")
    draft.save()
    [kept] = Library(path).poems()
    assert (kept.text, len(kept.passages), draft.trouble) == (draft.text, 2, None)
    assert write_again(kept, endless) == draft.text


def test_a_first_save_that_was_interrupted_is_made_anew_with_its_title(library: Library):
    library._database.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE OF title ON poems BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    draft = Draft(library, "en", "0" * 64, "free", "amber", title="After Rumi: ghazal 100")
    draft.save()
    assert draft.trouble is not None
    assert library.poems() == []
    library._database.execute("DROP TRIGGER full")
    draft.save()
    assert [(kept.id, kept.title) for kept in library.poems()] == [(draft.id, "After Rumi: ghazal 100")]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from rumi_tui.console.writing.desk import Desk
from rumi_tui.console.writing.draft import Draft
from rumi_tui.library.store import Library

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
library = Library(Path(sys.argv[1]))
draft = Draft(library, "en", "0" * 64, "free", "amber")
draft.save()
assert draft.trouble is None
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
draft.text += "barley " * 100_000
draft.save()
assert draft.trouble is not None and "\\n" not in draft.trouble
assert library.poems()[0].text == "amber"
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
draft.save()
assert draft.trouble is None
"""


def test_a_full_disk_is_survived(path: Path):
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert Library(path).poems()[0].text == "amber" + "barley " * 100_000


def test_an_order_that_failed_begins_no_poem(library: Library):
    job = Job(library, SETTINGS, "amber", True, None)
    job.handle(Failed("No."))
    assert job.draft is None
    assert library.poems() == []


def test_a_branch_keeps_what_it_shares_and_whose_words_they_were(library: Library, endless: Session, write_again):
    first = write(Job(library, SETTINGS, "amber", True), endless, 30)
    branch = Branch(first.id, 20)
    job = Job(library, SETTINGS, first.text[:20] + "drum", True, like=first, branch=branch)
    second = write(job, endless, 10)
    assert second.branch == branch
    assert second.given == [range(5), range(20, 24)]
    kept = library.poem(second.id)
    assert library.given(kept) == second.given
    assert write_again(kept, endless) == kept.text


def test_what_is_rumis_stays_so_in_every_branch_as_far_as_it_is_shared(library: Library, endless: Session):
    real = RealVerse(length=14, place="ghazal 100")
    first = write(Job(library, SETTINGS, "the amber lamp", True, real=real), endless, 30)
    assert library.poem(first.id).real == real
    for text, length in ((first.text[:20] + "drum", 14), ("the amber drum", 9), ("the drum", 0)):
        at = min(20, shared_beginning(text, first.text))
        branch = write(Job(library, SETTINGS, text, True, like=first, branch=Branch(first.id, at)), endless, 5)
        expected = msgspec.structs.replace(real, length=length) if length else None
        assert Draft.reopen(library, library.poem(branch.id)).real == expected
    other = Job(library, SETTINGS, first.text, False, draft=first)
    other.handle(Began(first.text, [], "1" * 64))
    assert other.draft.real == real


def test_what_a_person_changes_of_rumis_verse_is_told_and_the_rest_stays_his(library: Library):
    text = "amber\nbarley\ncandle\ndrum\n"
    draft = Draft(library, "en", "0" * 64, "couplet", text, real=RealVerse(length=len(text), place="ghazal 100"))
    draft.save()
    new_text = text.replace("barley", "a garnet")
    changed = Desk(library, None, None, None).change_by_hand(Snapshot(draft), new_text, 6)
    job = Job(library, SETTINGS, new_text, True, like=draft, branch=Branch(draft.id, 6))  # and gone on with
    job.handle(Began(new_text, [], "0" * 64))
    for poem in (changed, job.draft):
        parts = library.poem(poem.id).real.parts
        assert [(part.length, part.author) for part in parts] == [(6, "Rumi"), (9, "hand"), (12, "Rumi")]


def test_a_beginning_of_rumis_that_a_model_cannot_spell_is_his_no_longer_than_it_is(library: Library):
    real = RealVerse(length=13, place="ghazal 100")
    job = Job(library, SETTINGS, "amber\nبرگ\nبار", True, real=real)
    job.handle(Began("amber\n", [], "0" * 64))
    assert library.poem(job.draft.id).real == RealVerse(length=6, place="ghazal 100")


def test_a_branch_leaves_where_typed_text_had_to_be_changed(library: Library):
    first = Draft(library, "en", "0" * 64, "couplet", "amber  candle")
    first.save()
    job = Job(library, SETTINGS, "amber  candles", True, like=first, branch=Branch(first.id, 13))
    job.handle(Began("amber candles", [], "0" * 64))
    assert job.draft.branch == Branch(first.id, 6)


def test_a_poem_gone_on_with_by_another_model_file_is_a_branch_and_no_prompt(library: Library, endless: Session):
    first = write(Job(library, SETTINGS, "amber", True), endless, 30)
    job = Job(library, SETTINGS, first.text, False, draft=first)
    job.handle(Began(first.text, [], "1" * 64))
    assert job.draft.branch == Branch(first.id, len(first.text))
    assert job.draft.given[0] == range(5)
    assert library.prompts(9) == ["amber"]


@pytest.mark.parametrize("values", [{"lines": 0}, {"seed": -1}, {"seed": 2**32}])
def test_settings_that_nothing_can_be_written_with_are_refused(library: Library, values):
    with refused():
        Job(library, msgspec.structs.replace(SETTINGS, **values), "", True, None).commands()


def test_what_was_written_before_a_failure_is_saved(library: Library, path: Path, monkeypatch):
    monkeypatch.setattr(draft_module, "SAVE_SECONDS", 10_000)
    job = Job(library, SETTINGS, "amber", True, None)
    for report in (Began("amber", [], "0" * 64), Wrote([Step(" barley", -1.0, ())]), Failed("gone")):
        job.handle(report)
    assert Library(path).poems()[0].text == "amber barley"


def test_two_consoles_that_go_on_with_one_poem_keep_both_as_branches(
    library: Library, path: Path, endless, write_again
):
    first = write(Job(library, SETTINGS, "amber", True, None), endless, 25)
    other = Draft.reopen(Library(path), Library(path).poems()[0])
    shared_text = first.text
    write(Job(library, SETTINGS, shared_text, False, first), endless, 25)
    one_text = first.text
    other.save()
    assert other.id == first.id  # nothing of its own is to be saved
    write(Job(library, msgspec.structs.replace(SETTINGS, seed=99), shared_text, False, other), endless, 25)
    branch, kept = library.poems()
    assert (kept.id, kept.text) == (first.id, one_text)
    assert (branch.id, branch.text) == (other.id, other.text)
    assert branch.branch == Branch(first.id, len(shared_text))
    assert library.given(branch) == [range(5)]
    assert write_again(kept, endless) == one_text
    assert [passage.seed for passage in library.written(branch)] == [SETTINGS.seed, 99]


def test_a_poem_that_another_console_went_on_with_in_the_middle_of_a_passage_is_saved_beside_it(
    library: Library, path: Path, endless: Session, saves_at_once, write_again
):
    job = Job(library, SETTINGS, "amber", True, None)
    poem = Generation(endless, endless.tokenizer, job.commands()[0].request)
    steps = iter(poem)
    job.handle(Began("amber", [], endless.sha256))
    job.handle(Wrote(list(itertools.islice(steps, 25))))
    other = Draft.reopen(Library(path), Library(path).poems()[0])
    write(Job(library, msgspec.structs.replace(SETTINGS, seed=99), other.text, False, other), endless, 25)
    job.handle(Wrote(list(itertools.islice(steps, 25))))
    job.handle(Finished(None, 50, 0.1))
    beside, kept = library.poems()
    assert (kept.text, beside.text) == (other.text, job.draft.text)
    for each in (kept, beside):
        assert each.branch is None
        assert write_again(each, endless) == each.text
