from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from support import WORDS, assert_command_refused, call_command, refused, run_command, verse

from rumi_tui.search import embeddings
from rumi_tui.search.ask import ask, fused, retrieve, spread
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.embeddings import FOLDER, PACKAGE, Embeddings, Encoder, open_embeddings
from rumi_tui.search.index import Index
from rumi_tui.search.ranking import Ranking, question_words
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


def test_words_that_say_nothing_are_left_out() -> None:
    assert question_words("What is the lantern for, and why?", "en") == ["lantern"]
    assert question_words("چراغ برای چیست؟", "fa") == ["چراغ"]
    assert question_words("چراغ چه می‌کند یا نمی گوید؟", "fa") == ["چراغ"]


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


@pytest.mark.parametrize("question", ["How do I reset my email password?", "why?", "?", "", "x" * 100_000])
def test_where_nothing_bears_on_a_question_nothing_is_found(ranking: Ranking, question: str) -> None:
    assert retrieve(ranking, None, question, "en") == []


def test_one_word_out_of_many_is_not_enough(ranking: Ranking) -> None:
    assert retrieve(ranking, None, "Does anybody sell amber telephones cheaply on Tuesday mornings?", "en") == []
    assert ranking.rank("harbour").covered == pytest.approx(1)


def test_orders_are_fused_by_reciprocal_rank() -> None:
    assert fused((1, [1, 2, 3]), (1, [3, 2, 1]), (1, [2])) == [2, 1, 3]
    assert fused((0.5, [1]), (1, [2])) == [2, 1]
    assert fused((1, []), (1, [])) == []


def test_neighbours_of_a_better_couplet_are_left_out() -> None:
    assert spread([5, 6, 4, 7, 8, 3, 2, 1]) == [5, 8, 2]


def test_sense_joins_words_where_the_encoder_is_there(
    index: Index, ranking: Ranking, encoder_folder: Path, tmp_path: Path
) -> None:
    embeddings = Embeddings(index, Encoder(encoder_folder, tmp_path), tmp_path)
    couplet = next(c for c in index.couplets("en") if c.poem == 7 and c.couplet == 2)
    around = index.quotation(couplet.id)
    text = "\n".join([around.before, couplet.verse, around.after]).strip()
    nearest = embeddings.nearest(text, 10)
    assert couplet.id in nearest.couplets[:3]
    assert len(nearest.couplets) == 10
    assert nearest.cosine <= 1.001
    assert retrieve(ranking, embeddings, text, "en")[0].couplet == couplet
    persian = {c.id for c in index.couplets("fa")}
    assert not persian & set(embeddings.nearest("amber", 1000).couplets)


def test_embeddings_are_computed_once_for_the_same_texts(
    folder: Path, index: Index, encoder_folder: Path, tmp_path: Path
) -> None:
    batches = 0

    def count(all_batches):  # type: ignore[no-untyped-def]
        nonlocal batches
        for batch in all_batches:
            batches += 1
            yield batch

    encoder = Encoder(encoder_folder, tmp_path)
    first = Embeddings(index, encoder, tmp_path, count).nearest("amber", 5)
    assert batches > 0
    before, batches = batches, 0
    assert Embeddings(index, encoder, tmp_path, count).nearest("amber", 5) == first
    assert batches == 0
    (folder / "en.txt").write_text((folder / "en.txt").read_text("utf-8") + "\nA line\n", "utf-8")
    Embeddings(Index(folder, tmp_path), encoder, tmp_path, count)
    assert batches >= before
    assert len(list(tmp_path.glob("*.npz"))) == 1


@pytest.mark.parametrize("damage", [b"", b"PK nothing", None])
def test_damaged_embeddings_are_computed_again(
    index: Index, encoder_folder: Path, tmp_path: Path, damage: bytes | None
) -> None:
    encoder = Encoder(encoder_folder, tmp_path)
    whole = Embeddings(index, encoder, tmp_path).nearest("amber", 5).couplets
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    assert Embeddings(index, encoder, tmp_path).nearest("amber", 5).couplets == whole
    next(tmp_path.glob("encoder-*.onnx")).write_bytes(b"nothing")
    with refused("is damaged: delete it"):
        Encoder(encoder_folder, tmp_path).embed(["amber"])


def test_what_was_opened_last_is_kept_for_the_next_question(
    folder: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "model_folder", lambda: encoder_folder)
    first = open_embeddings(Index(folder, tmp_path), tmp_path, "en")
    assert first is not None
    assert open_embeddings(Index(folder, tmp_path), tmp_path, "en") is first
    assert open_embeddings(Index(folder, tmp_path), tmp_path, "fa") is None
    with (folder / "en.txt").open("a", encoding="utf-8") as file:
        file.write("\nAnother harbour\n")
    other = open_embeddings(Index(folder, tmp_path), tmp_path, "en")
    assert other is not first
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_an_index_without_english_has_no_embeddings(encoder_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "fa.txt").write_text("سنگ\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(ENTRY.format("fa"), "utf-8")
    index = Index(tmp_path, tmp_path / "kept")
    found = Embeddings(index, Encoder(encoder_folder, tmp_path), tmp_path / "kept")
    assert found.nearest("amber", 5).couplets == []


def test_ask_gives_all_of_it_at_once(folder: Path, tmp_path: Path) -> None:
    answer = ask("نان کجاست؟", folder=folder, cache_dir=tmp_path, seed=3)
    assert (answer.question, answer.language) == ("نان کجاست؟", "fa")
    assert all("نان" in passage.quoted() for passage in answer.quotations)
    assert answer.verse is not None
    assert answer.verse.model == "rumi-fa"


def test_the_command_quotes_with_places_and_marks_what_the_machine_wrote(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = run_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", "--json", **places)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    shown = call_command("rumi-ask", "چراغ کجاست؟", "--seed", "5", **places).stdout
    for passage in answer["quotations"]:
        assert "\n".join(f"  > {line}" for line in passage["couplet"]["verse"].split("\n")) in shown
        assert f"poem {passage['couplet']['poem']}, couplet {passage['couplet']['couplet']}, Nobody" in shown
    assert "What follows is not Rumi's" in shown
    machine = [line.removeprefix("  ~ ") for line in shown.splitlines() if line.startswith("  ~ ")]
    assert machine == answer["verse"]["text"].split("\n")


def test_the_command_says_that_nothing_bears_on_a_question(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = call_command("rumi-ask", "رمز ایمیلم را چطور عوض کنم؟", **places)
    assert (done.returncode, done.stdout) == (0, "Nothing in the texts bears on this question.\n")
    empty = json.loads(call_command("rumi-ask", "رمز ایمیلم را چطور عوض کنم؟", "--json", **places).stdout)
    assert (empty["quotations"], empty["verse"]) == ([], None)


def test_without_texts_and_on_wrong_use_the_command_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert_command_refused(call_command("rumi-ask", "love", **places), 1, "run rumi-corpus fetch")
    assert_command_refused(call_command("rumi-ask", "?!", **places), 2, "no word")
    assert_command_refused(call_command("rumi-ask", **places), 2)
    asked = call_command("rumi-ask", "چراغ", "--form", "free", RUMI_CORPUS_DIR=str(folder), **places)
    assert_command_refused(asked, 1, "never learned the form")


def test_of_the_package_of_the_extra_only_the_files_are_used(
    folder: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    package = tmp_path / "site" / PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')\n")
    (package / FOLDER).parent.mkdir(parents=True)
    (package / FOLDER).symlink_to(encoder_folder)
    path = os.pathsep.join([str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": path}
    done = run_command("rumi-ask", " ".join(WORDS["en"][:4]), "--json", **places)
    assert done.returncode == 0, done.stderr
    assert "once" in done.stderr
    assert len(json.loads(done.stdout)["quotations"]) == 5
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1
    again = run_command("rumi-ask", "candle", "--json", **places)
    assert (again.returncode, again.stderr) == (0, "")


@pytest.mark.parametrize(
    "module", ["commands.corpus", "commands.ask", "search.ask", "search.embeddings", "search.index", "texts.fetch"]
)
def test_no_module_of_the_texts_brings_in_torch_or_screens(module: str) -> None:

    code = f"import sys, rumi_tui.{module}; print(*({{'torch', 'textual', 'training', 'onnx'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
