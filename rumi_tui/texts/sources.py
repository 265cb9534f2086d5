"""Which texts there are, and where each comes from. Knows nothing of how they are fetched.

All authors died long ago and the texts are in the public domain. The addresses name one version each, so the hashes
do not change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rumi_tui.texts import english, persian
from rumi_tui.texts.extract import Poems

_GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class RawSource:
    """A file as others have published it."""

    name: str
    """Under which it is kept."""
    addresses: tuple[str, ...]
    """The next is tried where one fails."""
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Text:
    """A text of ours, and what it is extracted from."""

    file: str
    language: str
    """ISO 639-1 code."""
    form: str
    """Of its poems, one of `models.forms.FORMS`."""
    title: str
    author: str
    sources: tuple[RawSource, ...]
    extract: Callable[..., Poems]
    """Takes the contents of the sources, in their order."""
    licence: str = "public domain"


_REDHOUSE = RawSource(
    "61724-0.txt",
    (
        "https://www.gutenberg.org/files/61724/61724-0.txt",
        f"{_GITHUB}/GITenberg/The-Mesnevi_61724/6b6241299a737e8c2896930edaf5083f83afee56/61724-0.txt",
    ),
    824_579,
    "b5d4ebd49f7a481728e68927c2594418df2387003030e5f57f117e47c25962e7",
)
_WHINFIELD = RawSource(
    "rumi-whinfield.txt",
    (f"{_GITHUB}/AUTIZMO5/rumi-text/32f980ef4541d7d5342fbcf816930dd3110c2bc2/rumi.txt",),
    588_078,
    "f0693a652f303dc8a5144310ce1f73a87b6cd7f5a83ec0a9c8df3162775eb69a",
)
_MOULAVI = RawSource(
    "moulavi.txt",
    (f"{_GITHUB}/amnghd/Persian_poems_corpus/a5fd55f49cf7c82a4464da45b3930f7c093c1ee5/original/moulavi.txt",),
    2_553_630,
    "9a076aadaebb09607f210766f11d038708e43d74d0a54f86c178e97968b2b7e9",
)
_COUPLETS = RawSource(
    "shams-couplets.txt",
    (f"{_GITHUB}/arashzamani/lstm_nlg_ver1/eacbf015b17dac3e1e61fc854da0058a1f47e96c/shams.txt",),
    3_870_413,
    "5509ebf3b72989533d72bc33a105dd614c13943f2239ad049fde8547e09ec979",
)
_COLUMNS = RawSource(
    "shams-columns.txt",
    (f"{_GITHUB}/amnghd/NLP_Tour_on_Persian_Literature/8aa5f7345edb69c07cfccc3e0db52de96021549f/shams.txt",),
    4_139_087,
    "bb3b01112917a3043af04e990cd50928fe7f6f4de405bea624c5f19297746c67",
)

_RUMI = "Jalal ad-Din Rumi"
TEXTS = (
    Text("fa-masnavi.txt", "fa", "couplet", "Masnavi-ye Ma'navi", _RUMI, (_MOULAVI,), persian.masnavi),
    Text("fa-divan.txt", "fa", "ghazal", "Divan-e Shams, ghazals", _RUMI, (_COUPLETS, _COLUMNS), persian.divan),
    Text("fa-rubaiyat.txt", "fa", "rubai", "Rubaiyat", _RUMI, (_MOULAVI,), persian.rubaiyat),
    Text(
        "en-masnavi-redhouse.txt",
        "en",
        "couplet",
        "The Mesnevi, book I",
        f"{_RUMI}, tr. J. W. Redhouse, 1881",
        (_REDHOUSE,),
        english.redhouse,
    ),
    Text(
        "en-masnavi-whinfield.txt",
        "en",
        "free",
        "Masnavi i Ma'navi, abridged",
        f"{_RUMI}, tr. E. H. Whinfield, 1898",
        (_WHINFIELD,),
        english.whinfield,
    ),
)
"""What `rumi-corpus fetch` fetches."""
