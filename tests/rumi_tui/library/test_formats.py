from __future__ import annotations

import itertools
import json
import re
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import refused, verse

from rumi_tui.engine.request import Sampling
from rumi_tui.library.formats import (
    FORMATS,
    content_of,
    file_name,
    save_file,
    to_json,
    to_markdown,
    to_text,
    to_text_file,
)
from rumi_tui.library.layout import colophon, in_columns, lines_of, title_of
from rumi_tui.library.poem import KeptPoem, Passage
from rumi_tui.library.real_verse import MACHINE_CAPTION, Author, RealVerse

WRITTEN = [ending for ending in FORMATS if ending not in ("png", "pdf")]
"""What is text; `test_press.py` looks at the others."""
SVG = "{http://www.w3.org/2000/svg}"


def kept(text: str, **values: object) -> KeptPoem:
    passage = Passage(begins_at=0, seed=7, lines=4, sampling=Sampling())
    facts = {"id": 3, "written": "2026-11-24T10:00:00+00:00", "model": "en", "model_sha256": "0" * 64}
    return KeptPoem(**facts | {"form": "couplet", "text": text, "passages": (passage,)} | values)


class Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: dict[str, str | None] = {}
        """Of the whole page."""
        self.stanzas: list[int] = []
        """How many lines each has."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.attributes = dict(attributes)
        if tag == "div":
            self.stanzas.append(0)
        if tag == "p":
            self.found.append("")
            self.stanzas[-1] += 1

    def handle_data(self, data: str) -> None:
        if self.lasttag == "p" and data != "\n":
            self.found[-1] += data.rstrip("\n")


def svg_lines(text: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(text).iterfind(f"{SVG}g/{SVG}text")]


@given(text=st.text(max_size=60))
def test_a_card_is_sound_xml_that_holds_every_line_whatever_the_poem_is(text: str):
    poem = kept(text)
    assert svg_lines(FORMATS["svg"][1](poem)) == lines_of(poem)


def page_of(poem: KeptPoem) -> Paragraphs:
    page = Paragraphs()
    page.feed(FORMATS["html"][1](poem))
    return page


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_a_page_holds_every_line_in_its_language_and_direction(language: str, direction: str):
    poem = kept(verse(1, language=language) + "\n<b>&amp; 1 < 2")
    page = page_of(poem)
    assert page.found == lines_of(poem)
    assert page.attributes == {"lang": language, "dir": direction}


PERSIAN = "بشنو این نی\nاز جدایی‌ها\nکز نیستان تا\nدر نفیرم مرد"


@pytest.mark.parametrize(("form", "sizes"), [("couplet", [2, 2, 1]), ("ghazal", [2, 2, 1]), ("free", [5])])
def test_couplets_stay_couplets_in_every_format(form: str, sizes: list[int]):
    poem = kept("one\ntwo\nthree\nfour\nfive", form=form)
    stanzas = {
        "txt": [stanza.strip().split("\n") for stanza in to_text(poem).split("\n\n")],
        "md": [stanza.split("\\\n") for stanza in to_markdown(poem).split("\n\n")[:-1]],
    }
    for ending, found in stanzas.items():
        assert [len(stanza) for stanza in found] == sizes, ending
    assert page_of(poem).stanzas == sizes
    steps = [bottom - top for top, bottom in itertools.pairwise(place[1] for place in svg_places(poem))]
    assert [step > min(steps) for step in steps] == [form in ("couplet", "ghazal") and at in (1, 3) for at in range(4)]


def svg_places(poem: KeptPoem) -> list[tuple[int, int]]:
    """Where each line stands on a card."""
    card = ElementTree.fromstring(FORMATS["svg"][1](poem))
    return [(int(line.get("x")), int(line.get("y"))) for line in card.iterfind(f"{SVG}g[@direction]/{SVG}text")]


def test_a_quatrain_is_one_stanza():
    assert to_text(kept("one\ntwo\nthree\nfour", form="rubai")) == "one\ntwo\nthree\nfour\n"


def test_empty_lines_that_a_person_made_stay_and_no_others_come():
    assert to_text(kept("one\n\ntwo\nthree\n\n")) == "one\n\ntwo\nthree\n"
    assert not in_columns(kept("بشنو\n\nنی\nاز"))


@pytest.mark.parametrize("form", ["couplet", "ghazal", "rubai"])
def test_a_persian_couplet_stands_in_two_columns_the_first_line_on_the_right(form: str):
    poem = kept(PERSIAN, form=form)
    assert '<main class="columns">' in FORMATS["html"][1](poem)
    (first_x, first_y), (second_x, second_y), (third_x, third_y), _ = svg_places(poem)
    assert (first_x, first_y) > (second_x, second_y)
    assert (first_y, first_x) == (second_y, third_x)
    assert third_y > first_y
    assert '<div dir="rtl" lang="fa">' in to_markdown(poem)


@pytest.mark.parametrize("form", ["couplet", "rubai"])
def test_a_part_that_begins_within_a_persian_couplet_leaves_the_couplets_what_they_are(form: str):
    first, second, *_ = PERSIAN.split("\n")
    poem = kept(PERSIAN, form=form, real=RealVerse(length=len(first) + 1, place="ghazal 1"))
    page = FORMATS["html"][1](poem)
    assert (page.count(' class="second"'), f'<p class="second">{second}</p>' in page) == (1, True)
    (first_x, first_y), (second_x, second_y), *couplet = svg_places(poem)
    assert couplet == [(first_x, couplet[0][1]), (second_x, couplet[0][1])]
    assert first_x > second_x
    assert first_y < second_y < couplet[0][1]
    whole = kept(PERSIAN, form=form, real=RealVerse(length=len(f"{first} {second}"), place="ghazal 1"))
    assert ' class="second"' not in FORMATS["html"][1](whole)


@pytest.mark.parametrize(("text", "form"), [("one\ntwo", "couplet"), (PERSIAN, "free")])
def test_no_other_poem_stands_in_columns(text: str, form: str):
    poem = kept(text, form=form)
    assert 'class="columns' not in FORMATS["html"][1](poem)
    assert len({x for x, _ in svg_places(poem)}) == 1


def test_the_title_or_else_the_first_line_names_document_and_file():
    named, nameless = kept("\namber & candle", title="A small\x1b lamp <1>"), kept("\namber & candle")
    assert [title_of(poem) for poem in (named, nameless)] == ["A small lamp <1>", "amber & candle"]
    for ending in ("html", "svg"):
        assert "<title>A small lamp &lt;1&gt;</title>" in FORMATS[ending][1](named)
        assert "<title>amber &amp; candle</title>" in FORMATS[ending][1](nameless)
    assert [file_name(poem, "pdf") for poem in (named, nameless)] == ["a-small-lamp-1-3.pdf", "amber-candle-3.pdf"]
    assert file_name(kept("amber", title="a " * 100), "md") == f"{'-'.join('a' * 30)}-3.md"
    assert file_name(kept("amber", title="?!"), "md") == "poem-3.md"


def test_markdown_keeps_lines_apart_and_takes_nothing_for_markup():
    poem = kept("# a *star*\n1. one\n- two", form="free")
    assert to_markdown(poem).startswith("\\# a \\*star\\*\\\n1\\. one\\\n\\- two\n\n")


def test_markdown_shows_numbers_as_they_are_and_ends_without_a_break():
    assert to_markdown(kept("12. twelve\n3) three\n")).startswith("12\\. twelve\\\n3\\) three\n\n")


@pytest.mark.parametrize("ending", ["txt", "md", "html", "svg"])
def test_a_title_stands_above_the_poem(ending: str):
    text = FORMATS[ending][1](kept("amber", title="A small lamp"))
    assert text.index("A small lamp") < text.index("amber")


def test_a_card_is_as_wide_as_what_stands_on_it():
    passages = tuple(Passage(begins_at=at, seed=2**32 - 1, lines=4, sampling=Sampling()) for at in range(9))
    narrow, wide = (
        ElementTree.fromstring(FORMATS["svg"][1](poem)) for poem in (kept("a"), kept("a", passages=passages))
    )
    assert int(wide.get("width")) > int(narrow.get("width"))


def test_plain_text_is_the_poem_and_json_is_all_that_is_kept():
    poem = kept("amber\ncandle")
    assert to_text(poem) == to_text_file(poem) == "amber\ncandle\n"
    titled = kept("amber\ncandle", title="The \x1b Lamp")
    assert (to_text(titled), to_text_file(titled)) == (to_text(poem), f"The  Lamp\n\n{to_text(poem)}")
    assert msgspec.json.decode(to_json(poem), type=KeptPoem) == poem


@pytest.mark.parametrize("ending", ["md", "html", "svg"])
def test_what_is_shown_to_others_tells_what_wrote_it(ending: str):
    poem = kept("amber", model="/models/mine.onnx")
    assert colophon(poem) == "A machine's verse in Rumi's manner: mine, couplet, seed 7, 2026-11-24"
    assert "mine, couplet, seed 7, 2026-11-24" in FORMATS[ending][1](poem)
    assert "rumi-en, couplet" in FORMATS[ending][1](kept("amber"))


def test_what_was_asked_for_is_told_once_for_all_passages():
    asked = [("رمل", ""), ("", "an"), ("رمل", "\u202ein\ufffe")]
    passages = tuple(
        Passage(begins_at=at, seed=at, lines=4, sampling=Sampling(), metre=metre, rhyme=rhyme)
        for at, (metre, rhyme) in enumerate(asked)
    )
    poem = kept("amber", passages=passages)
    assert "rumi-en, couplet, metre رمل, rhyme an, in, seed 0, 1, 2, 2026-11-24" in colophon(poem)
    assert lines_of(poem) == svg_lines(FORMATS["svg"][1](poem))


@pytest.mark.parametrize("ending", WRITTEN)
def test_no_control_character_leaves_except_as_json(ending: str):
    text = FORMATS[ending][1](kept("am\x1b[31mber\u202e\ncandle"))
    assert "\x1b" not in text
    assert ending == "json" or "\u202e" not in text


def saved(poem: KeptPoem, folder: Path) -> Path:
    return save_file(content_of(poem, "txt"), file_name(poem, "txt"), folder)


def test_a_file_is_written_once_and_never_over_another(tmp_path: Path):
    poem = kept("عشق amber، candle")
    first = saved(poem, tmp_path / "new")
    assert first.name == "عشق-amber-candle-3.txt"
    assert saved(poem, tmp_path / "new") == first
    second = saved(kept("عشق amber، candle\nmirror"), tmp_path / "new")
    assert (second.name, first.read_text("utf-8")) == ("عشق-amber-candle-3-2.txt", "عشق amber، candle\n")


@pytest.mark.parametrize("text", ["", "?!", "../../etc/passwd", "a" * 1000, "\0"])
def test_any_poem_has_a_name_that_stays_in_its_folder(tmp_path: Path, text: str):
    assert file_name(kept(text), "txt").endswith("3.txt")
    assert saved(kept(text), tmp_path).parent == tmp_path


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with refused("Could not write"):
        saved(kept("amber"), tmp_path / "file")


REAL = RealVerse(length=len("Rumi's own\nline"), place="Masnavi I, couplet 1", address="https://ganjoor.net/1")
AFTER_RUMI = kept("Rumi's own\nline\nthe machine's\nother", real=REAL)


@pytest.mark.parametrize("ending", WRITTEN)
def test_every_file_tells_rumis_lines_from_the_machines_and_where_his_stand(ending: str):
    text = FORMATS[ending][1](AFTER_RUMI)
    assert "Masnavi I, couplet 1" in text
    if ending == "json":
        assert json.loads(text)["real"]["length"] == REAL.length
    else:
        of_rumi, name, machine = (text.index(words) for words in ("line", "Rumi, Masnavi", "the machine"))
        assert max(of_rumi, name) < machine or ending == "svg"
    if ending in ("md", "html"):
        assert REAL.address in text


def test_as_text_each_author_stands_above_his_lines():
    assert to_text(AFTER_RUMI) == (
        f"Rumi, Masnavi I, couplet 1:\n\nRumi's own\nline\n\n{MACHINE_CAPTION}:\n\nthe machine's\nother\n"
    )


def test_in_markdown_and_on_a_page_rumis_lines_are_a_quotation():
    quoted = [line for line in to_markdown(AFTER_RUMI).split("\n") if line.startswith(">")]
    assert f"*{MACHINE_CAPTION}*\n\nthe machine" in to_markdown(AFTER_RUMI)
    assert quoted == ["> Rumi's own\\", "> line", ">", f"> *Rumi, Masnavi I, couplet 1* <{REAL.address}>"]
    html = FORMATS["html"][1](AFTER_RUMI)
    quotation = html.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert "Rumi&#x27;s own" in quotation
    assert "the machine" not in quotation


def test_on_a_card_rumis_lines_have_a_colour_of_their_own():
    card = ElementTree.fromstring(FORMATS["svg"][1](AFTER_RUMI))
    lines = [element for element in card.iterfind(f"{SVG}g/{SVG}text") if element.text in lines_of(AFTER_RUMI)]
    assert [element.get("fill") is not None for element in lines] == [True, True, False, False]
    captions = [element.text for element in card.iterfind(f"{SVG}g[@id='captions']/{SVG}text")]
    assert captions == ["Rumi, Masnavi I, couplet 1", MACHINE_CAPTION]


COUPLETS = ["Rumi's own\nline", "and another\nof his"]
PARTS = tuple(
    RealVerse(
        length=len(verse) + (number == 1), place=f"ghazal {number}, couplet 1", address=f"https://ganjoor.net/{number}"
    )
    for number, verse in enumerate(COUPLETS, 1)
)
CENTO = kept(
    "\n".join(COUPLETS),
    passages=(),
    real=RealVerse(length=len("\n".join(COUPLETS)), place="a cento around verse", parts=PARTS),
)


@pytest.mark.parametrize("ending", WRITTEN)
def test_of_a_cento_every_file_tells_where_each_couplet_stands(ending: str):
    text = FORMATS[ending][1](CENTO)
    assert MACHINE_CAPTION not in text
    if ending == "json":
        parts = json.loads(text)["real"]["parts"]
        assert [(part["length"], part["place"]) for part in parts] == [(part.length, part.place) for part in PARTS]
        return
    for part in PARTS:
        assert part.caption in text
        assert part.address in text or ending not in ("md", "html")
    if ending != "txt":
        assert "Rumi's own verse, put together by a program: a cento around verse, couplet" in unescape(text)
    if ending not in ("svg", "html"):
        order = [text.index(words) for words in ("own", "line", "another", "of his")]
        assert order == sorted(order)


def test_as_text_the_place_of_each_couplet_of_a_cento_stands_above_it():
    first, second = COUPLETS
    assert to_text(CENTO) == f"{PARTS[0].caption}:\n\n{first}\n\n{PARTS[1].caption}:\n\n{second}\n"


@pytest.mark.parametrize("length", range(40))
def test_of_a_cento_that_was_cut_the_places_are_told_of_the_whole_lines_that_are_left(length: int):
    real = CENTO.real.shortened(length)
    if length == 0:
        assert real is None
        return
    text = CENTO.text[:length] + "~\nthe machine's"
    told = real.lines_by_place(text)
    lines = sum(count for _, count in told)
    assert text.split("\n")[:lines] == CENTO.text.split("\n")[:lines]
    assert lines == real.whole_lines(text)
    assert [part.place for part, _ in told] == [part.place for part in PARTS][: len(told)]
    assert sum(part.length for part in real.parts) >= real.length


def test_a_beginning_by_rumi_after_which_nothing_was_written_is_not_told_for_the_machines():
    poem = kept("Rumi's own\nline", real=REAL)
    assert colophon(poem) == "Rumi's own verse: Masnavi I, couplet 1, couplet, 2026-11-24"
    assert MACHINE_CAPTION not in to_text(poem)


def test_what_the_machine_writes_after_a_cento_is_told_from_it():
    poem = msgspec.structs.replace(CENTO, text=f"{CENTO.text}\nthe machine's", passages=kept("").passages)
    assert to_text(poem) == f"{to_text(CENTO)}\n{MACHINE_CAPTION}:\n\nthe machine's\n"
    assert colophon(poem).startswith("Begins with Rumi's verse (a cento around verse), goes on with a machine's verse")


@pytest.mark.parametrize(("length", "whole_lines"), [(4, 0), (10, 1), (12, 1), (15, 2), (16, 2), (99, 4)])
def test_only_whole_lines_count_as_rumis(length: int, whole_lines: int):
    real = msgspec.structs.replace(REAL, length=length)
    assert real.whole_lines(AFTER_RUMI.text) == whole_lines
    assert real.whole_lines("Rumi's own\nline\n") <= 2
    assert ("Rumi, Masnavi" in to_text(msgspec.structs.replace(AFTER_RUMI, real=real))) == bool(whole_lines)
    assert "Begins with Rumi's verse (Masnavi I, couplet 1)" in colophon(AFTER_RUMI)


def changed(text: str, by: Author, of: KeptPoem = AFTER_RUMI) -> KeptPoem:
    return msgspec.structs.replace(of, text=text, real=of.real.changed(of.text, text, by))


@pytest.mark.parametrize(("by", "caption"), [("machine", MACHINE_CAPTION), ("hand", "Changed by hand")])
def test_what_others_put_among_rumis_lines_is_told_from_them(by: Author, caption: str):
    poem = changed("another\nline\nthe machine's\nother", by)
    his = f"Rumi, {REAL.place}:\n\nline"
    assert to_text(poem) == f"{caption}:\n\nanother\n\n{his}\n\n{MACHINE_CAPTION}:\n\nthe machine's\nother\n"
    html = FORMATS["html"][1](poem)
    assert "another" not in html.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert re.search(rf">{escape(caption)}</cite>\s*<div class=\"stanza\">\s*<p>another</p>", html)
    card = ElementTree.fromstring(FORMATS["svg"][1](poem))
    coloured = [line.text for line in card.iterfind(f"{SVG}g[@direction]/{SVG}text") if line.get("fill")]
    assert coloured == ["line"]


def test_the_last_words_of_a_file_tell_that_rumis_verse_was_changed():
    whole = msgspec.structs.replace(AFTER_RUMI, text="Rumi's own\nline")
    told = {
        by: [colophon(changed("another\nline", by, whole)), colophon(changed(AFTER_RUMI.text.replace("line", "x"), by))]
        for by in ("machine", "hand")
    }
    place, date = REAL.place, "couplet, 2026-11-24"
    assert told["hand"][0] == f"Rumi's verse, changed by hand: {place}, {date}"
    assert told["hand"][1].startswith(f"Begins with Rumi's verse ({place}, changed by hand), goes on with a machine's")
    assert told["machine"][0].startswith(f"Rumi's verse ({place}) with lines by a machine in his manner: rumi-en")
    assert told["machine"][1].startswith(f"Begins with Rumi's verse ({place}), goes on with a machine's")
