"""Which texts there are, and where each comes from. Knows nothing of how they are fetched.

All authors died long ago. The addresses name one version each, so the hashes do not change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rumi_tui.texts import collection
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.nicholson import nicholson
from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.whinfield import whinfield

_GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class Source:
    """A file as others have published it, or a folder of files."""

    name: str
    """Under which it is kept."""
    addresses: tuple[str, ...]
    """Of the file or the folder; the next is tried where one fails."""
    bytes: int
    sha256: str
    """Of the file, or of all files of the folder, one after the other."""
    parts: tuple[str, ...] = ()
    """The names of the files of a folder."""


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
    sources: tuple[Source, ...]
    extract: Callable[..., list[Poem]]
    """Takes the contents of the sources in their order: bytes for a file, a list of them for a folder."""
    licence: str = "public domain"
    labelled: bool = False
    """Whether each poem has a place, and labels beside the text."""


_COLLECTION = "ganjoor/ganjoor-data"
_COMMIT = "f5fdf5152fce7efaf287b2115195efe0a9505b14"


def _folder(name: str, path: str, files: int, size: int, sha256: str) -> Source:
    """A folder of the collection of ganjoor.net."""
    addresses = (
        f"https://cdn.jsdelivr.net/gh/{_COLLECTION}@{_COMMIT}/poets/moulavi/{path}",
        f"{_GITHUB}/{_COLLECTION}/{_COMMIT}/poets/moulavi/{path}",
    )
    return Source(name, addresses, size, sha256, tuple(f"sh{number}.json" for number in range(1, files + 1)))


_BOOKS = tuple(
    _folder(f"masnavi-{book}", f"masnavi/daftar{book}", files, size, sha256)
    for book, files, size, sha256 in (
        (1, 172, 6_265_511, "2c7f030c4219d40b52c908237f98fb328b88f8147f51f566e941bbeb0c7f35c7"),
        (2, 115, 5_845_731, "128eb468d541cfbee3f5db90c6496db3561f02001737a0213047bb297b22583b"),
        (3, 228, 7_511_743, "9aef3f1cec2b4b28f88ee11d6bce0fd35dbde7a6ecc5ff1e488a3401cbecbd9a"),
        (4, 139, 5_958_401, "2a2ce713725c17ca9f3b30b3c3bb423588da516572f9136358045b1155af6779"),
        (5, 178, 6_644_775, "7c7fa3253b62bf25821fec5de56adf08db135bb5e33a225f02a7044034218d99"),
        (6, 140, 7_540_198, "efd814cc66ddadd1874098ecd8df467662051767b124e4b27aa657f54a9e5b9e"),
    )
)
_GHAZALS = _folder(
    "ghazals", "shams/ghazalsh", 3_230, 34_502_397, "91c145796d9c9b3c57299678009963441c348f21d2161ab188e8685e12f2da21"
)
_QUATRAINS = _folder(
    "quatrains", "shams/robaeesh", 1_994, 5_699_998, "3eefaf010add994a5afcb2ba8f6d040eaf316c08945d947be8610dc192a1a094"
)
_PAGES = f"{_GITHUB}/hzafari/masnavi-rag/fcb15a3b262ca6ba32f3d629e3abae7a9eb19ec0/data"
_ENGLISH_PAGES = Source(
    "masnavi_english_pages.jsonl",
    (f"{_PAGES}/masnavi_english_pages.jsonl",),
    2_809_032,
    "a50a8645fcbb4263fc8df1b9bbf437f552982581d5e866c94e57169730257317",
)
_PERSIAN_PAGES = Source(
    "masnavi_farsi_pages.jsonl",
    (f"{_PAGES}/masnavi_farsi_pages.jsonl",),
    2_710_537,
    "8922743aa4b0021dee500e82e8bed374f6c2b1666ad55639abf017b2f20b252d",
)
_REDHOUSE = Source(
    "61724-0.txt",
    (
        "https://www.gutenberg.org/files/61724/61724-0.txt",
        f"{_GITHUB}/GITenberg/The-Mesnevi_61724/6b6241299a737e8c2896930edaf5083f83afee56/61724-0.txt",
    ),
    824_579,
    "b5d4ebd49f7a481728e68927c2594418df2387003030e5f57f117e47c25962e7",
)
_WHINFIELD = Source(
    "rumi-whinfield.txt",
    (f"{_GITHUB}/AUTIZMO5/rumi-text/32f980ef4541d7d5342fbcf816930dd3110c2bc2/rumi.txt",),
    588_078,
    "f0693a652f303dc8a5144310ce1f73a87b6cd7f5a83ec0a9c8df3162775eb69a",
)

_RUMI = "Jalal ad-Din Rumi"
TEXTS = (
    Text("fa-masnavi.txt", "fa", "couplet", "Masnavi-ye Ma'navi", _RUMI, _BOOKS, collection.masnavi, labelled=True),
    Text("fa-divan.txt", "fa", "ghazal", "Divan-e Shams, ghazals", _RUMI, (_GHAZALS,), collection.divan, labelled=True),
    Text("fa-rubaiyat.txt", "fa", "rubai", "Rubaiyat", _RUMI, (_QUATRAINS,), collection.rubaiyat, labelled=True),
    Text(
        "en-masnavi-nicholson.txt",
        "en",
        "free",
        "The Mathnawi, books I to IV",
        f"{_RUMI}, tr. R. A. Nicholson, 1926 and 1930",
        (_ENGLISH_PAGES, _PERSIAN_PAGES, *_BOOKS[:4]),
        nicholson,
        "public domain in the United States and where copyright lasts life and 70 years",
        labelled=True,
    ),
    Text(
        "en-masnavi-redhouse.txt",
        "en",
        "couplet",
        "The Mesnevi, book I",
        f"{_RUMI}, tr. J. W. Redhouse, 1881",
        (_REDHOUSE,),
        redhouse,
    ),
    Text(
        "en-masnavi-whinfield.txt",
        "en",
        "free",
        "Masnavi i Ma'navi, abridged",
        f"{_RUMI}, tr. E. H. Whinfield, 1898",
        (_WHINFIELD,),
        whinfield,
    ),
)
"""What `rumi-corpus fetch` fetches."""
