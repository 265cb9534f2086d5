from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import METRES, assert_command_refused, call_command, refused

from rumi_tui.search.cento import COUPLETS, FEWEST, Cento, cento
from rumi_tui.search.index import Index
from rumi_tui.texts.labels import COLUMNS
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.verse.judge import rhymes

ENDS = ["باران", "کاروان", "آسمان", "جهان", "نهان", "روان", "جوان", "زمان", "گمان", "زبان", "جان", "مهربان"]
NOUNS = ["pitcher", "saddle", "orchard", "anchor", "ladder", "basket", "feather", "thimble", "cradle", "garland"]


def write(folder: Path, name: str, form: str, poems: list[tuple[str, str, str, str]]) -> None:
    """A text with labels; a poem is an id, a metre, a rhyme and its lines."""
    rows = ["\t".join(COLUMNS), *(f"{label}\t\t{metre}\t{rhyme}" for label, metre, rhyme, _ in poems)]
    (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / f"{name}.txt").write_text("\n\n".join(verse for *_, verse in poems) + "\n", "utf-8")
    entry = f'[[text]]\nfile = "{name}.txt"\nlanguage = "{name}"\nform = "{form}"\n\n'
    with (folder / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write(entry)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ghazals that rhyme in -ān, with a lantern in the second couplet of most; one in another metre; some English."""
    folder = tmp_path / "texts"
    folder.mkdir()
    ghazals = []
    for number in range(9):
        first, second, third = (ENDS[(number + step) % len(ENDS)] for step in range(3))
        lines = [f"سنگ و {second}", f"نان و {first}", "آینه", f"چراغ و {second}", "کاغذ", f"پنجره و {third}"]
        ghazals.append((f"divan/{number + 1}", METRES[0], "ان", "\n".join(lines)))
    ghazals.append(("divan/20", METRES[1], "ان", "سنگ جان\nنان جهان\nچراغ\nچراغ زبان"))
    write(folder, "fa", "ghazal", ghazals)
    sections = [
        (f"masnavi/1/{number}/{2 * number - 1}-{2 * number}", "", "", f"The lantern and the {NOUNS[number]}\n"
         f"beside a {NOUNS[number - 1]}.\nNothing but a river\nruns to the sea.")
        for number in range(1, 9)
    ]  # fmt: skip
    write(folder, "en", "free", sections)
    return folder


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Index:
    return Index(folder, tmp_path / "kept")


@pytest.fixture
def works(folder: Path) -> Works:
    return open_works(folder)


def assert_every_couplet_stands_where_it_says(made: Cento, works: Works) -> None:
    wholes = set()
    for couplet in made.couplets:
        place = works.find(read_place(couplet.reference))
        poem = works.poem(place)
        found = poem.couplet(place.couplet)
        assert found is not None
        assert found.verse[made.language] == couplet.verse
        assert couplet.address == poem.place.address
        wholes.add(place.whole)
    assert len(wholes) == len(made.couplets)


def test_in_persian_couplets_of_one_metre_and_rhyme_stand_in_the_order_of_a_ghazal(works: Works, index: Index) -> None:
    made = cento(works, index, "چراغ", "fa")
    assert (made.form, made.metre, made.rhyme, made.words) == ("ghazal", METRES[0], "ان", ["چراغ"])
    assert FEWEST <= len(made.couplets) <= COUPLETS
    assert_every_couplet_stands_where_it_says(made, works)
    numbers = [read_place(couplet.reference).couplet for couplet in made.couplets]
    assert (numbers[0], numbers[-1]) == (1, 3)
    assert all("چراغ" in couplet.verse for couplet in made.couplets[1:-1])
    ends = [couplet.verse.split("\n")[-1] for couplet in made.couplets]
    assert all(rhymes(ends[0], end, "fa") == "perfect" for end in ends[1:])
    assert len({end.split()[-1] for end in ends}) == len(ends)
    assert cento(works, index, "چراغ", "fa") == made


def test_in_english_couplets_of_other_sections_answer_one_another(works: Works, index: Index) -> None:
    made = cento(works, index, "Where is the lantern?", "en")
    assert (made.form, made.rhyme, made.words) == ("free", "", ["lantern"])
    assert len(made.couplets) == COUPLETS
    assert_every_couplet_stands_where_it_says(made, works)
    sections = [int(works.find(read_place(couplet.reference)).number) for couplet in made.couplets]
    assert abs(sections[1] - sections[0]) == 1  # which have a noun in common


@pytest.mark.parametrize(("question", "language", "reason"), [
    ("?!", "fa", "no word"),
    ("برای چیست؟", "fa", "no word"),
    ("اقیانوس", "fa", "Too few couplets"),
    ("submarine", "en", "Too few couplets"),
])  # fmt: skip
def test_where_no_poem_comes_of_it_it_is_said(
    works: Works, index: Index, question: str, language: str, reason: str
) -> None:
    with refused(reason):
        cento(works, index, question, language)


def test_the_command_prints_each_couplet_with_its_place(folder: Path, tmp_path: Path) -> None:
    texts = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    made = json.loads(call_command("rumi-corpus", "cento", "چراغ", "--json", **texts).stdout)
    done = call_command("rumi-corpus", "cento", "چراغ", **texts)
    assert done.returncode == 0
    for couplet in made["couplets"]:
        assert f"{couplet['verse']}\n    {couplet['place']}, {couplet['address']}\n" in done.stdout
    assert f"--metre '{METRES[0]}' --rhyme 'ان'" in done.stderr
    assert_command_refused(call_command("rumi-corpus", "cento", "submarine", **texts), 1, "Too few couplets")
