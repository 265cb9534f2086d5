from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from support import METRES, call_command, refused, write_corpus, write_works

from models.forms import FORMS
from rumi_tui.engine.session import load_model
from rumi_tui.search import writing_on
from rumi_tui.search.index import Index, Quotation
from rumi_tui.search.opening import opening_of
from rumi_tui.search.writing_on import to_request, write_on
from rumi_tui.texts.opening import Opening
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import open_works
from rumi_tui.verse.judge import rhymes

PLAIN = Opening(text="چراغ آمد\nسنگ باران\n", place="", language="fa", form="ghazal")


@pytest.fixture(autouse=True)
def _few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines whose rules are kept take the large model a second each."""
    monkeypatch.setattr(writing_on, "LINES", 2)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Works with labels."""
    return write_works(tmp_path / "texts")


def quoted(folder: Path, tmp_path: Path, reference: str) -> Quotation:
    """The Persian couplet at a place, or the first one of all texts."""
    index = Index(folder, tmp_path / "cache")
    return index.quotation(next(each.id for each in index.couplets("fa") if each.reference == reference))


@pytest.mark.slow  # the large model writes
@pytest.mark.usefixtures("few_tries")
def test_the_machine_is_given_the_poem_as_far_as_the_couplet_and_all_it_must_keep_to(
    texts: Path, tmp_path: Path
) -> None:
    found = quoted(texts, tmp_path, "divan/100:2")
    poem = open_works(texts).poem(read_place("ghazal 100"))
    written = write_on([found], "fa", lambda: open_works(texts), seed=7)
    assert written is not None
    assert written == write_on([found], "fa", lambda: open_works(texts), seed=7)
    assert written.begun_from == "\n".join(couplet.verse["fa"] for couplet in poem.couplets[:2])
    assert (written.model, written.form, written.seed) == ("rumi-fa", "ghazal", 7)
    assert written.place == "ghazal 100, couplets 1 to 2"
    assert 0 < len(written.text.splitlines()) <= writing_on.LINES
    assert not set(written.text.splitlines()) & set(written.begun_from.splitlines())


def test_it_keeps_the_rhyme_of_a_ghazal(texts: Path, tmp_path: Path) -> None:
    text = texts / "fa-divan.txt"
    verses = ["سنگ و باران", "نان و کاروان", "آینه", "چراغ آسمان"]
    text.write_text("\n".join(verses) + "\n\n" + text.read_text("utf-8").split("\n\n")[1], "utf-8")
    written = write_on([quoted(texts, tmp_path, "divan/100:2")], "fa", lambda: open_works(texts), seed=1)
    assert written is not None
    assert written.rhyme == "ان"
    assert rhymes(verses[1], written.text.split("\n")[1], "fa") in ("perfect", "near")


@pytest.mark.slow  # the large model writes
@pytest.mark.usefixtures("few_tries")
def test_of_a_text_without_labels_it_is_given_the_couplet_alone(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "texts")
    found = quoted(folder, tmp_path, "")
    assert opening_of(found.couplet, lambda: open_works(folder)).text == f"{found.couplet.verse}\n"
    written = write_on([found], "fa", lambda: open_works(folder))
    assert written is not None
    assert (written.begun_from, written.place) == (found.couplet.verse, found.couplet.place)


def test_a_couplet_whose_text_has_gone_since_it_was_found_is_refused(texts: Path, tmp_path: Path) -> None:
    found = msgspec.structs.replace(quoted(texts, tmp_path, "divan/100:2").couplet, language="en")
    with refused("ghazal 100, couplet 2 is no longer there in English: search again"):
        opening_of(found, lambda: open_works(texts))


def test_without_a_couplet_or_a_model_there_is_nothing_to_write(texts: Path, tmp_path: Path) -> None:
    assert write_on([], "fa", lambda: open_works(texts)) is None
    assert write_on([quoted(texts, tmp_path, "divan/100:2")], "xx", texts) is None


def test_the_machine_writes_in_a_form_that_it_has_learned() -> None:
    session = load_model("fa")
    assert to_request(session, PLAIN).form == "ghazal"
    assert to_request(session, PLAIN, "couplet").form == "couplet"
    unknown = next(form for form in FORMS if form not in session.card.forms)
    assert to_request(session, PLAIN, unknown) == to_request(session, PLAIN)


def test_another_form_has_not_the_rhyme_and_free_verse_not_the_metre() -> None:
    given = msgspec.structs.replace(PLAIN, metre=METRES[0], rhyme="ان")
    assert given.in_form("ghazal") == given
    assert (given.in_form("couplet").metre, given.in_form("couplet").rhyme) == (METRES[0], "")
    assert (given.in_form("free").metre, given.in_form("free").rhyme) == ("", "")


@pytest.mark.slow  # the large model writes
@pytest.mark.usefixtures("few_tries")
def test_the_command_tells_where_the_beginning_stands_and_what_is_kept(texts: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(texts), "XDG_CACHE_HOME": str(tmp_path)}
    shown = call_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", **places).stdout
    verse = json.loads(call_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", "--json", **places).stdout)["verse"]
    assert f"goes on from {verse['place']}: {verse['form']}" in shown
