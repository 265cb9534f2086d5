from __future__ import annotations

import json
from pathlib import Path

from support import call_command

from rumi_tui.texts.corpus import find_sources, read_corpus
from rumi_tui.texts.statistics import describe_text, doubts_of

TEXT = "aaaa\u0301 bb\nbbbz\n\n\n" + "c\u200cc\n\n" * 20 + "z"


def test_a_text_is_counted_in_its_normal_form(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT)
    counted = describe_text(read_corpus([tmp_path / "text.txt"])[0])
    assert (counted.name, counted.language, counted.form) == ("text.txt", None, "free")
    assert (counted.poems, counted.validation_poems, counted.lines) == (22, 1, 23)
    assert counted.characters == len("aaaá bb\nbbbz\n\n") + 20 * len("c\u200cc\n\n") + len("z")
    assert counted.symbols[:3] == ("c", "\u200c", "b")
    assert set(counted.symbols) == set("c\u200cbaáz")
    assert counted.rare_symbols == {"a": 3, "z": 2, "á": 1}


def test_rumi_corpus_prints_the_numbers_of_each_text(corpus_folder: Path) -> None:
    done = call_command("rumi-corpus", "stats", str(corpus_folder), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    texts = json.loads(done.stdout)
    expected = []
    for name, language, form in (("one.txt", "en", "couplet"), ("two.txt", "en", "free"), ("sher.txt", "fa", "ghazal")):
        text = (corpus_folder / name).read_text("utf-8").strip()
        counts = {symbol: text.count(symbol) for symbol in set("".join(text.split()))}
        expected.append(
            {
                "name": name,
                "language": language,
                "form": form,
                "poems": 40,
                "validation_poems": 2,
                "lines": 240,
                "characters": len(text),
                "symbols": sorted(counts),
                "rare_symbols": {symbol: count for symbol, count in counts.items() if count < 5},
            }
        )
    assert [text | {"symbols": sorted(text["symbols"])} for text in texts] == expected

    plain = call_command("rumi-corpus", "stats", str(corpus_folder / "sher.txt"))
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.startswith("sher.txt: ghazal, fa\n  40 poems (2 validate), 240 lines\n")


def test_a_text_that_looks_wrongly_cut_is_told(tmp_path: Path) -> None:
    good = "one\ntwo\n\n" * 20
    texts = {
        "good": good,
        "titled": good + "A TITLE\n\nthree\nfour\n\n" * 9,
        "licensed": "Title: Verse\nThis eBook is from Project Gutenberg.\n\n" + good,
    }
    doubts = {}
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
        doubts[name] = doubts_of(find_sources([tmp_path / f"{name}.txt"])[0])
    assert doubts["good"] == []
    [title] = doubts["titled"]
    assert title.startswith("titled.txt may need mending. 9 of 38 poems have one line")
    [licence] = doubts["licensed"]
    assert "licence" in licence
    told = call_command("rumi-corpus", "stats", *(str(tmp_path / f"{name}.txt") for name in texts)).stderr
    assert told.splitlines() == [title, licence]
