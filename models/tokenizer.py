"""Text <-> ids, and the one normal form of a text. Knows nothing of files, poems or torch.

`Tokenizer` is what all kinds have in common, `CharacterTokenizer` the plain one; that of words is in `models.bpe`.
Three questions are kept apart: `normalise` says how a text is spelled here, `Tokenizer.encode` says exactly which
of its characters the model knows, `Tokenizer.fit` bends what a person typed towards those it knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal, Self

import msgspec

from models.characters import LINE_ENDS, quoted, spoken
from models.errors import RumiError
from models.forms import FORMS, form_named
from models.metre_names import metres_meant

TokenizerKind = Literal["characters", "word"]
"""The kinds of tokenizer, as they are named in a model file and by `rumi-train --tokenizer`."""

UNKNOWN, END = "<unknown>", "<end>"
BREAK = "<break>"
"""Ends a line in the middle of a unit of lines, as the first half of a couplet; a line feed ends the unit."""
RHYME, BOTH, SECOND = "<rhyme>", "<both>", "<second>"
"""What stands around a rhyme that is named before its lines: first the one, then another, which says whether both lines
end in it or the second alone. See `models.layout`."""
METRE = "<metre:"
"""How a token begins that names a metre."""
RESERVED = (UNKNOWN, END, *(f"<{form}>" for form in FORMS))
"""The tokens that a new tokenizer begins with and that are no text."""
_NO_FORMS = (UNKNOWN, END, BREAK, RHYME, BOTH, SECOND)

SEPARATOR = "\n\n"
"""What stands between two poems of a normalised text; a model reads it as one token, the end of a poem."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""How an unknown character is shown when ids are turned back into text."""

LONGEST_NUMBER = 9
"""Digits of a number that a person types: thousands of them Python refuses to read."""
RARE = 5
"""A character seen less often than this in the training text is left out, which also teaches the unknown token."""

_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]")
_ZWNJ = 0x200C
_VOWEL_SIGNS = re.compile("[\u064b-\u0653\u0655-\u065f\u0670\u06d6-\u06ed]")
"""The marks of Arabic script but hamza above, with which Persian writes an ending."""
_STRAY_JOINERS = re.compile("(?<![^ \n])\u200c+|\u200c+(?![^ \n])|(?<=\u200c)\u200c+")


class _Folding(dict[int, "str | None"]):
    """What becomes of one code point, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Zs":
            folded: str | None = " "
        elif category in ("Cc", "Cf", "Cs") and code != _ZWNJ:
            folded = None
        else:
            folded = character
        self[code] = folded
        return folded


_FOLDING = _Folding(
    {
        ord("\t"): " ",
        **dict.fromkeys(map(ord, LINE_ENDS), "\n"),
        ord("\N{PARAGRAPH SEPARATOR}"): "\n\n",
        ord("ي"): "ی",
        ord("ى"): "ی",
        ord("ك"): "ک",
        ord("ە"): "ه",
        ord("ۀ"): "ه\N{ARABIC HAMZA ABOVE}",
        ord("\N{ARABIC TATWEEL}"): None,
    }
)


def normalise(text: str) -> str:
    """The normal form of a text, which is its own normal form.

    It folds these things and loses nothing else:

    - canonical equivalents: Unicode NFC;
    - line ends: CR LF, CR, VT, FF, NEL, the line separator and the separators of ASCII become LF, the paragraph
      separator becomes two;
    - blanks: tabs and every kind of space become a space, runs become one, none stands at the ends of a line;
    - invisible characters: controls, bidi marks and overrides, byte order marks, soft hyphens and lone surrogates go
      (the zero-width non-joiner stays: Persian spells with it);
    - Persian letters: Arabic yeh and kaf, alef maksura, the letter ae, he with yeh above and presentation forms become
      the letters that they stand for; the tatweel, which only stretches a word, goes.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = _PRESENTATION_FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text)
    text = unicodedata.normalize("NFC", text.translate(_FOLDING))
    return "\n".join(" ".join(filter(None, line.split(" "))) for line in text.split("\n"))


def normalise_for_models(text: str) -> str:
    """The normal form of `normalise` without what is noise to a decoder.

    Vowel signs of Persian go, which an edition prints here and there, and zero-width non-joiners that part nothing: at
    the ends of words, and after another.
    """
    return normalise(_STRAY_JOINERS.sub("", _VOWEL_SIGNS.sub("", normalise(text))))


NORMAL_FORMS = {"rumi-1": normalise, "rumi-2": normalise_for_models}
"""The normal forms by the names that model files have for them."""
NEWEST_FORM: Literal["rumi-2"] = "rumi-2"
"""What new tokenizers are trained in."""


class Fitted(msgspec.Struct, frozen=True):
    """What a person typed, in the characters a model knows."""

    text: str
    """Normalised and folded; characters that could not be folded still stand in it."""
    folded: dict[str, str]
    """Characters the model never saw, and what stands for them now."""
    unknown: list[str]
    """Characters the model never saw that nothing could stand for."""

    def notes(self) -> list[str]:
        """One sentence for each kind of change, for the person to read."""
        notes = []
        if self.folded:
            changes = ", ".join(
                f"{spoken(old)} as {' '.join(map(spoken, new)) or 'nothing'}" for old, new in self.folded.items()
            )
            notes.append(f"The model never saw some characters of the prompt and reads {changes}.")
        if self.unknown:
            notes.append(f"The model does not know {' '.join(map(spoken, self.unknown))} and sees a gap there.")
        return notes


def frequent_characters(texts: Iterable[str]) -> list[str]:
    """The alphabet of texts in the newest normal form: LF, and what is seen at least `RARE` times, by code point."""
    counts = Counter[str]()
    for text in texts:
        counts.update(NORMAL_FORMS[NEWEST_FORM](text))
    return sorted({character for character, count in counts.items() if count >= RARE} | {"\n"})


def is_reserved(token: str) -> bool:
    """Whether a token is no text but a sign, as `<end>`: no word or character is spelled so."""
    return len(token) > 2 and token[0] == "<" and token[-1] == ">"


class Tokenizer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    rename={"tokens": "symbols"},
    dict=True,
):
    """The tokens of a model in the order of their ids: reserved ones, and pieces of text.

    Every character of the alphabet is a token, so only a character outside it is unknown. Which forms a model knows,
    its own reserved tokens say, so a form that is new to the program refuses no old file, nor an old program a new one.
    Raises `RumiError` when the tokens are not such, or hold a character that could control a terminal.
    """

    tokens: tuple[str, ...]
    """Called `symbols` in a model file."""
    normalisation: Literal["rumi-1", "rumi-2"] = NEWEST_FORM
    """Which of `NORMAL_FORMS` the model's texts are in."""

    def __post_init__(self) -> None:
        if UNKNOWN not in self.tokens or END not in self.tokens or not self.forms:
            raise RumiError(f"The tokenizer lacks one of the reserved tokens {UNKNOWN}, {END} and a form.")
        if len(set(self.tokens)) != len(self.tokens):
            raise RumiError("The tokenizer names a token twice.")
        if "\n" not in self.tokens or any("\n" in token for token in self.tokens if token != "\n"):
            raise RumiError("The tokenizer has no line end of its own.")
        characters = set("".join(self.tokens)) - set("\n ")
        if any(_FOLDING[ord(character)] != character for character in characters):
            raise RumiError("The tokenizer holds a control character, or another that no normal text has.")

    @property
    def kind(self) -> str:
        """One of `TokenizerKind`."""
        return str(self.__struct_config__.tag)

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Every token and its id."""
        return {token: index for index, token in enumerate(self.tokens)}

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms that a poem can begin with."""
        reserved = filter(is_reserved, self.tokens)
        return tuple(token[1:-1] for token in reserved if token not in _NO_FORMS and not token.startswith(METRE))

    @cached_property
    def metres(self) -> tuple[str, ...]:
        """The metres that it can be told."""
        return tuple(token.removeprefix(METRE)[:-1] for token in self.tokens if token.startswith(METRE))

    @property
    def can_be_told(self) -> bool:
        """Whether it can be told anything of a poem beside its form."""
        return self.names_rhymes or bool(self.metres)

    def metre_named(self, asked: str) -> str:
        """The metre of which this is the number from 1 on, the name, the feet, or a part; empty for an empty name.

        Signs on letters need not be typed. Parts are beginnings of words, in any order, or anything within the name.
        Raises `RumiError` where there is none or more than one.
        """
        asked = " ".join(self.normalise(asked).split())
        if not asked or asked in self.metres:
            return asked
        if not self.metres:
            raise RumiError("This model knows no metres: leave the metre out.")
        if asked.isdecimal() and len(asked) <= LONGEST_NUMBER and 1 <= int(asked) <= len(self.metres):
            return self.metres[int(asked) - 1]
        matches = metres_meant(asked, self.metres)
        if len(matches) == 1:
            return matches[0]
        choices = self.numbered_metres(matches or self.metres)
        raise RumiError(
            f"The metre {quoted(asked)} {'could be one of' if matches else 'is not one of'} these: {choices}."
        )

    def numbered_metres(self, metres: Sequence[str]) -> str:
        """Some of its metres, each with the number by which it can be named."""
        return "; ".join(f"{self.metres.index(metre) + 1} {metre}" for metre in metres)

    @cached_property
    def names_rhymes(self) -> bool:
        """Whether it tells the lines of a unit apart and can be told the rhyme of each (see `models.layout`)."""
        return {BREAK, RHYME, BOTH, SECOND} <= self.ids.keys()

    @cached_property
    def unknown_id(self) -> int:
        """The id of a character that is not in the alphabet."""
        return self.ids[UNKNOWN]

    @cached_property
    def end_id(self) -> int:
        """The id that ends a poem."""
        return self.ids[END]

    def form_id(self, form: str) -> int:
        """The id that begins a poem of this form. Raises `RumiError` for a form that the model does not know."""
        if form not in self.forms:
            raise RumiError(f"There is no form {form!r}: choose one of {', '.join(self.forms)}.")
        return self.ids[f"<{form}>"]

    @cached_property
    def sign_ids(self) -> list[int]:
        """The ids that are no text and end none: forms, metres, what stands around a rhyme."""
        signs = set(filter(is_reserved, self.tokens)) - {UNKNOWN, END, BREAK}
        return [self.ids[sign] for sign in self.tokens if sign in signs]

    def form_of(self, form_id: int) -> str:
        """The form of a poem that begins with this id."""
        return self.tokens[form_id][1:-1]

    def normalise(self, text: str) -> str:
        """A text in the normal form that the model knows."""
        return NORMAL_FORMS[self.normalisation](text)

    def encode(self, text: str) -> list[int]:
        """The ids of a normalised text, one `unknown_id` for each character outside the alphabet. Never raises."""
        raise NotImplementedError

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids, see `text_of`."""
        return "".join(map(self.text_of, ids))

    def text_of(self, token_id: int) -> str:
        """What one id adds to a text: a character, or several where the model reads words.

        U+FFFD for an unknown character, a line feed where a unit breaks; nothing for other reserved tokens.
        """
        return self._texts[token_id]

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        signs = {UNKNOWN: REPLACEMENT, BREAK: "\n"}
        return tuple(signs.get(token, "" if is_reserved(token) else token) for token in self.tokens)

    def fit(self, text: str) -> Fitted:
        """A prompt as one poem in the characters of the alphabet, and what had to be changed. Never raises on text.

        Blank lines close up, since a poem has none. A character outside the alphabet is tried without its accents,
        as its compatible or plainer form, in the other case, and last, if it is a mark that modifies others or a
        joiner, as nothing.
        """
        text = _one_poem(self.normalise(text))
        known = set(self.tokens)
        folded: dict[str, str] = {}
        unknown: list[str] = []
        for character in dict.fromkeys(text):
            if character not in known:
                plain = _plainer(character, known)
                if plain is None:
                    unknown.append(character)
                else:
                    folded[character] = plain
        plainer = "".join(folded.get(character, character) for character in text)
        return Fitted(_one_poem(self.normalise(plainer)), folded, unknown)

    def grown(self, texts: Iterable[str], forms: Iterable[str], metres: Iterable[str] = ()) -> Self:
        """The same tokenizer with what it lacks of some forms and metres at its end; old ids stay.

        One of characters also takes in the new characters of the texts; one of words cannot.
        """
        forms = tuple(forms)
        signs = [f"<{form}>" for form in forms]
        if any(form_named(form).unit > 1 for form in forms):
            signs += [BREAK, RHYME, BOTH, SECOND]
        signs += [f"{METRE}{metre}>" for metre in metres]
        return msgspec.structs.replace(
            self, tokens=tuple(dict.fromkeys((*self.tokens, *signs))), normalisation=NEWEST_FORM
        )


class CharacterTokenizer(Tokenizer, frozen=True, tag="characters", dict=True):
    """An alphabet: every token that is not reserved is one character.

    Raises `RumiError` when it is not.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(len(token) != 1 and not is_reserved(token) for token in self.tokens):
            raise RumiError("The tokenizer has tokens that are neither reserved nor single characters.")

    @classmethod
    def train(cls, texts: Iterable[str]) -> CharacterTokenizer:
        """The alphabet of texts, see `frequent_characters`."""
        return cls(tokens=(*RESERVED, *frequent_characters(texts)))

    def grown(self, texts: Iterable[str], forms: Iterable[str], metres: Iterable[str] = ()) -> CharacterTokenizer:
        """See `Tokenizer.grown`."""
        larger = super().grown((), forms, metres)
        characters = dict.fromkeys((*larger.tokens, *frequent_characters(texts)))
        return msgspec.structs.replace(larger, tokens=tuple(characters))

    def encode(self, text: str) -> list[int]:
        """One id a character; those outside the alphabet become `unknown_id`. Never raises on text."""
        ids, unknown = self.ids, self.unknown_id
        return [ids.get(character, unknown) for character in text]


def _one_poem(text: str) -> str:
    return re.sub(r"\n{2,}", "\n", text).lstrip("\n")


_PLAINER = {
    **dict.fromkeys("‘’‚‛`´ʼʿʾ", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("–—―−‐‑‒", "-"),
    **dict(zip("'\"", "’”", strict=True)),
    **dict(zip("ÆæŒœßØøŁłĐđıÞþÐð", ("AE", "ae", "OE", "oe", "ss", *"OoLlDdi", "Th", "th", "D", "d"), strict=True)),
    **dict(zip("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", strict=True)),
    **dict(zip("أإٱؤئةھہيك", "اااویهههیک", strict=True)),
    **dict(zip("؟،؛?,;", "?,;؟،؛", strict=True)),
    "…": "...",
    "\N{ZERO WIDTH NON-JOINER}": " ",
}


def _plainer(character: str, known: set[str]) -> str | None:
    """The nearest spelling in known characters, the empty string for a mark that can go, None if there is none."""
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in decomposed if not unicodedata.combining(part))
    spellings = [unicodedata.normalize("NFKC", character), bare, "".join(_PLAINER.get(part, part) for part in bare)]
    spellings += [spelling.swapcase() for spelling in spellings]
    return next((spelling for spelling in spellings if spelling and known.issuperset(spelling)), None)
