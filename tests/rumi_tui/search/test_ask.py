from __future__ import annotations

import contextlib
import gc
import json
import subprocess
import sys
import weakref
import zipfile
from pathlib import Path

import numpy as np
import pytest
from encoder_support import write_encoder
from support import WORDS, assert_command_refused, call_command, refused, run_command, verse, write_works

from rumi_tui.locations import index_folder
from rumi_tui.search import background, embeddings, model_files, writing_on
from rumi_tui.search.ask import UNREAD, ask
from rumi_tui.search.background import BackgroundReading
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.embeddings import Embeddings, open_embeddings
from rumi_tui.search.encoder import Encoder
from rumi_tui.search.index import Index
from rumi_tui.search.ranking import Ranking
from rumi_tui.search.retrieval import fused, retrieve, spread
from rumi_tui.verse.languages import language_of

ENTRY = '[[text]]\nfile = "{0}.txt"\nlanguage = "{0}"\nform = "couplet"\ntitle = "Book {0}"\nauthor = "Nobody"\n'
BARLEY = "The barley is asleep\nThe harbour is awake"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask") / "texts"
    folder.mkdir()
    (folder / "en.txt").write_text(f"{verse(20, language='en')}\n{BARLEY}\n", "utf-8")
    (folder / "fa.txt").write_text(verse(20, language="fa"), "utf-8")
    (folder / "corpus.toml").write_text(ENTRY.format("en") + ENTRY.format("fa"), "utf-8")
    return folder


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Index:
    return Index(folder, tmp_path)


@pytest.fixture
def ranking(index: Index, tmp_path: Path) -> Ranking:
    return Ranking(Bridge(index, tmp_path))


def test_the_language_of_a_question_is_that_of_its_letters() -> None:
    assert language_of("What is love?") == language_of("?!") == "en"
    assert language_of("عشق چیست؟") == language_of("عشق love چیست؟") == "fa"


def test_a_question_is_answered_by_the_couplets_that_hold_its_words(ranking: Ranking) -> None:
    passages = retrieve(ranking, None, "Who is asleep at the harbour?", "en")
    assert passages[0].couplet.verse == BARLEY
    assert len(passages) == 5
    for passage in passages[1:]:
        assert "harbour" in passage.quoted()


def test_the_language_picks_the_texts(ranking: Ranking) -> None:
    for language in ("fa", None):
        assert {passage.couplet.file for passage in retrieve(ranking, None, "چراغ کجاست؟", language)} == {"fa.txt"}
    assert retrieve(ranking, None, "چراغ کجاست؟", "en") == []


@pytest.mark.parametrize("question", ["How do I reset my email password?", "why?", "x" * 100_000])
def test_where_nothing_bears_on_a_question_nothing_is_found(ranking: Ranking, question: str) -> None:
    assert retrieve(ranking, None, question, "en") == []


@pytest.mark.parametrize("question", ["", "?!", "؟"])
def test_what_is_no_word_is_refused(ranking: Ranking, question: str) -> None:
    with refused("no word in this question"):
        retrieve(ranking, None, question)


def test_a_language_without_texts_is_said(ranking: Ranking) -> None:
    with refused("No text here is in 'english'"):
        retrieve(ranking, None, "harbour", "english")


def test_one_word_out_of_many_is_not_enough(ranking: Ranking) -> None:
    assert retrieve(ranking, None, "Does anybody sell amber telephones cheaply on Tuesday mornings?", "en") == []
    assert ranking.rank("harbour").covered == pytest.approx(1)


def test_orders_are_fused_by_reciprocal_rank() -> None:
    assert fused((1, [1, 2, 3]), (1, [3, 2, 1]), (1, [2])) == [2, 1, 3]
    assert fused((0.5, [1]), (1, [2])) == [2, 1]
    assert fused((1, []), (1, [])) == []


def test_neighbours_of_a_better_couplet_are_left_out() -> None:
    one, several = np.zeros(10, np.int32), np.array([0, 1, 1, 1, 1, 1, 2, 2, 2, 2], np.int32)
    assert spread([5, 6, 4, 7, 8, 3, 2, 1], one) == [5, 8, 2]
    assert spread([5, 6, 4, 7, 8, 3, 2, 1], several) == [5, 6, 2]


def read_with(index: Index, folder: Path, cache_dir: Path) -> Embeddings:
    """The embeddings of an index, read."""
    made = Embeddings(index, Encoder(folder), cache_dir)
    made.read()
    return made


def test_meaning_joins_words_where_the_texts_were_read_for_it(
    index: Index, ranking: Ranking, encoder_folder: Path, tmp_path: Path
) -> None:
    embeddings = read_with(index, encoder_folder, tmp_path)
    couplet = next(c for c in index.couplets("en") if c.poem == 7 and c.couplet == 2)
    around = index.quotation(couplet.id)
    text = "\n".join([around.before, couplet.verse, around.after]).strip()
    nearest = embeddings.nearest([text], 10)
    assert couplet.id in nearest.couplets[:3]
    assert len(nearest.couplets) == 10
    assert nearest.cosine <= 1.001
    assert embeddings.nearest([text, text], 10).couplets == nearest.couplets
    assert retrieve(ranking, embeddings, text, "en")[0].couplet == couplet
    persian = {c.id for c in index.couplets("fa")}
    assert not persian & set(embeddings.nearest(["amber"], 1000).couplets)


def test_a_persian_question_is_read_as_the_glosses_of_its_words(tmp_path: Path) -> None:
    folder = write_works(tmp_path / "texts")
    index = Index(folder, tmp_path)
    bridge = Bridge(index, tmp_path)
    ranking = Ranking(bridge)
    assert ranking.in_english("Where is the lantern?") == ["Where is the lantern?"]
    known = next(word for word in WORDS["fa"] if len(bridge.glosses(word)) > 1)
    first, second, *_ = (gloss.english for gloss in bridge.glosses(known))
    assert ranking.in_english(f"{known} کجاست؟")[:2] == [first, second]
    assert ranking.in_english("چیست؟") == ["چیست؟"]


def test_the_texts_are_read_once_for_their_meaning(
    folder: Path, index: Index, encoder_folder: Path, tmp_path: Path
) -> None:
    first = read_with(index, encoder_folder, tmp_path).nearest(["amber"], 5)

    def never(batches):  # type: ignore[no-untyped-def]
        raise AssertionError("read again")

    again = Embeddings(index, Encoder(encoder_folder), tmp_path)
    assert again.is_whole
    again.read(never)
    assert again.nearest(["amber"], 5) == first
    (folder / "en.txt").write_text((folder / "en.txt").read_text("utf-8") + "\nA line\n", "utf-8")
    other = Embeddings(Index(folder, tmp_path), Encoder(encoder_folder), tmp_path)
    assert not other.is_whole
    other.read()
    assert len(list(tmp_path.glob("*.npz"))) == 1


@pytest.mark.parametrize("stopped", [True, False])
def test_a_reading_that_is_broken_off_goes_on_where_it_stood(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    monkeypatch.setattr(embeddings, "BATCH", 2)
    monkeypatch.setattr(embeddings, "SAVE_EVERY", 1)
    (tmp_path / "en.txt").write_text(verse(10), "utf-8")
    (tmp_path / "corpus.toml").write_text(ENTRY.format("en"), "utf-8")
    index = Index(tmp_path, tmp_path / "kept")
    whole = read_with(index, encoder_folder, tmp_path / "whole").nearest(["amber"], 5)
    seen: list[int] = []

    def some(batches):  # type: ignore[no-untyped-def]
        seen.append(len(batches))
        yield from batches[:3]
        if not stopped:
            raise KeyboardInterrupt

    begun = Embeddings(index, Encoder(encoder_folder), tmp_path / "kept")
    with contextlib.nullcontext() if stopped else pytest.raises(KeyboardInterrupt):
        begun.read(some)
    assert not begun.is_whole
    rest = Embeddings(index, Encoder(encoder_folder), tmp_path / "kept")
    with contextlib.nullcontext() if stopped else pytest.raises(KeyboardInterrupt):
        rest.read(some)
    assert seen == [15, 12]
    rest.read()
    assert rest.is_whole
    assert rest.nearest(["amber"], 5) == whole


def test_of_two_readers_none_takes_away_what_the_other_has_kept(
    index: Index, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "BATCH", 2)
    first = Embeddings(index, Encoder(encoder_folder), tmp_path)

    def broken_off(batches):  # type: ignore[no-untyped-def]
        yield batches[0]
        read_with(index, encoder_folder, tmp_path)  # another program, meanwhile
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.read(broken_off)
    assert first.is_whole
    assert Embeddings(index, Encoder(encoder_folder), tmp_path).is_whole


@pytest.mark.parametrize("damage", [b"", b"PK nothing", None])
def test_damaged_embeddings_are_made_again(
    index: Index, encoder_folder: Path, tmp_path: Path, damage: bytes | None
) -> None:
    whole = read_with(index, encoder_folder, tmp_path).nearest(["amber"], 5)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    assert not Embeddings(index, Encoder(encoder_folder), tmp_path).is_whole
    assert read_with(index, encoder_folder, tmp_path).nearest(["amber"], 5) == whole


@pytest.mark.parametrize(
    ("ids", "vectors"),
    [
        ([1], np.full((1, 16), np.nan, np.float16)),
        ([1], np.zeros((1, 0), np.float16)),  # an embedding is 1 long, whatever its width
        ([1], np.full(16, 0.25, np.float16)),
        ([1], np.full((2, 16), 0.25, np.float16)),
        ([9], np.full((1, 16), 0.25, np.float16)),
        ([1.5], np.full((1, 16), 0.25, np.float16)),
        ([[1]], np.full((1, 16), 0.25, np.float16)),
        ([1], np.array([["a"]])),
        ([1], np.full((1, 16), 0.25 + 0j)),
    ],
)
def test_embeddings_that_do_not_fit_together_are_not_taken(tmp_path: Path, ids: object, vectors: object) -> None:
    np.savez(tmp_path / "kept.npz", ids=np.array(ids), vectors=vectors)
    assert embeddings._load(tmp_path / "kept.npz", 8)[0] is None


def test_embeddings_of_another_width_are_told_and_those_of_other_couplets_made_again(
    index: Index, encoder_folder: Path, tmp_path: Path
) -> None:
    whole = read_with(index, encoder_folder, tmp_path)
    path, ids = whole._path, whole._ids
    assert ids is not None
    np.savez(path, ids=ids, vectors=np.full((len(ids), 4), 0.5, np.float16))
    with refused("delete it and try again"):
        Embeddings(index, Encoder(encoder_folder), tmp_path).nearest(["amber"], 5)
    np.savez(path, ids=np.repeat(ids[:1], len(ids) + 2), vectors=np.full((len(ids) + 1, 16), 0.25, np.float16))
    again = Embeddings(index, Encoder(encoder_folder), tmp_path)
    again.read()
    assert again.nearest(["amber"], 5) == whole.nearest(["amber"], 5)


def test_embeddings_whose_header_is_none_are_not_taken(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "kept.npz", "w") as archive:
        for name in ("ids", "vectors"):
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00\x03\x00{({")
    assert embeddings._load(tmp_path / "kept.npz", 8)[0] is None


def test_embeddings_of_another_model_are_not_taken(index: Index, encoder_folder: Path, tmp_path: Path) -> None:
    read_with(index, encoder_folder, tmp_path)
    other = write_encoder(tmp_path / "other", seed=1)
    assert not Embeddings(index, Encoder(other), tmp_path).is_whole


def put_model(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for module in (background, embeddings, model_files):
        monkeypatch.setattr(module, "model_folder", lambda: folder)


def test_what_was_opened_last_is_kept_for_the_next_question(
    folder: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> Embeddings | None:
        return open_embeddings(Index(folder, tmp_path), tmp_path)

    put_model(monkeypatch, tmp_path / "none")
    assert opened() is None
    put_model(monkeypatch, encoder_folder)
    assert opened() is None
    read_with(Index(folder, tmp_path), encoder_folder, tmp_path)
    first = opened()
    assert first is not None
    assert opened() is first
    with (folder / "en.txt").open("a", encoding="utf-8") as file:
        file.write("\nAnother harbour\n")
    assert opened() is None
    read_with(Index(folder, tmp_path), encoder_folder, tmp_path)
    other = opened()
    assert other not in (first, None)
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_an_index_without_english_has_no_embeddings(encoder_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "fa.txt").write_text("سنگ\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(ENTRY.format("fa"), "utf-8")
    found = read_with(Index(tmp_path, tmp_path / "kept"), encoder_folder, tmp_path / "kept")
    assert found.is_whole
    assert found.nearest(["amber"], 5).couplets == []


def test_the_texts_are_read_in_the_background(folder: Path, encoder_folder: Path, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    put_model(monkeypatch, encoder_folder)
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    reading = BackgroundReading()
    assert not reading.is_running
    reading.start()
    reading.join()
    assert (reading.is_running, reading.complaint) == (False, "")
    assert open_embeddings(Index(folder, index_folder()), index_folder()) is not None
    (tmp_path / "away").mkdir()
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "away"))
    reading.start()
    reading.join()
    assert "no text" in reading.complaint
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(folder))
    reading.start()
    assert not reading.is_running


@pytest.mark.usefixtures("few_tries")
def test_ask_gives_all_of_it_at_once(folder: Path, tmp_path: Path) -> None:
    answer = ask("نان کجاست؟", folder=folder, cache_dir=tmp_path, seed=3)
    assert (answer.question, answer.language) == ("نان کجاست؟", "fa")
    assert all("نان" in passage.quoted() for passage in answer.quotations)
    assert answer.verse is not None
    assert answer.verse.model == "rumi-fa"


@pytest.mark.usefixtures("few_tries")
def test_the_command_quotes_with_places_and_marks_what_the_machine_wrote(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = call_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", "--json", **places)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    shown = call_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", **places).stdout
    for passage in answer["quotations"]:
        assert "\n".join(f"  > {line}" for line in passage["couplet"]["verse"].split("\n")) in shown
        assert f"poem {passage['couplet']['poem']}, couplet {passage['couplet']['couplet']}, Nobody" in shown
    assert "What follows is not Rumi's" in shown
    machine = [line.removeprefix("  ~ ") for line in shown.splitlines() if line.startswith("  ~ ")]
    assert machine == answer["verse"]["text"].split("\n")


def test_the_command_answers_as_a_person_runs_it(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = run_command("rumi-ask", "Where is the harbour?", "--form", "free", "--json", **places)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (len(answer["quotations"]), answer["verse"]["form"]) == (5, "free")
    assert answer["verse"]["text"]


def test_the_command_says_that_nothing_bears_on_a_question(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = call_command("rumi-ask", "رمز ایمیلم را چطور عوض کنم؟", **places)
    assert (done.returncode, done.stdout) == (0, "Nothing in the texts bears on this question.\n")
    empty = json.loads(call_command("rumi-ask", "رمز ایمیلم را چطور عوض کنم؟", "--json", **places).stdout)
    assert (empty["quotations"], empty["verse"]) == ([], None)


def test_without_texts_and_on_wrong_use_the_command_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert_command_refused(call_command("rumi-ask", "love", **places), 1, "run rumi-corpus fetch")
    assert_command_refused(call_command("rumi-ask", **places), 2)
    places["RUMI_CORPUS_DIR"] = str(folder)
    assert_command_refused(call_command("rumi-ask", "?!", **places), 1, "no word")
    assert_command_refused(call_command("rumi-ask", "چراغ", "--form", "sonnet", **places), 1, "no form 'sonnet'")
    asked = call_command("rumi-ask", "lantern", "--form", "free", "--language", "fa", **places)
    assert_command_refused(asked, 1, "never learned the form")


@pytest.mark.slow  # the large model writes
def test_a_form_that_the_model_of_the_couplet_never_learned_gives_way(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_on, "LINES", 2)
    told: list[str] = []
    answer = ask("چراغ کجاست؟", form="free", folder=folder, cache_dir=tmp_path, tell=told.append)
    assert answer.verse is not None
    assert answer.verse.form == "couplet"
    assert told == ["rumi-fa never learned the form 'free': it writes on in the form 'couplet'."]


@pytest.mark.usefixtures("few_tries")
def test_the_command_asks_by_words_until_the_texts_are_read_for_their_meaning(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path)}
    write_encoder(tmp_path / "rumi-tui" / "meaning")
    question = " ".join(WORDS["en"][:4])
    by_words = call_command("rumi-ask", question, "--json", "--seed", "1", **places)
    assert (by_words.returncode, by_words.stderr) == (0, f"{UNREAD}\n")
    read_with(
        Index(folder, tmp_path / "cache" / "rumi-tui"),
        tmp_path / "rumi-tui" / "meaning",
        tmp_path / "cache" / "rumi-tui",
    )
    done = call_command("rumi-ask", question, "--json", "--seed", "1", **places)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["quotations"]) == 5


def test_no_module_of_the_texts_brings_in_torch_or_screens() -> None:
    names = ("commands.corpus", "commands.ask", "search.ask", "search.embeddings", "search.index", "texts.fetch")
    modules = ", ".join(f"rumi_tui.{name}" for name in names)
    code = f"import sys, {modules}; print(*({{'torch', 'textual', 'training', 'onnx'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
