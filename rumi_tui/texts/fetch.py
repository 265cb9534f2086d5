"""Texts from their own addresses into a folder: fetched, checked, extracted. Knows nothing of command lines.

Each text is put in place when it is whole, and only then written into the `corpus.toml` of the folder; so whatever
stops a fetch, the next one goes on from there. The raw sources stay beside the texts, in the folder `sources`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import pooch
import requests

from models.errors import RumiError, describe
from models.files import replacing
from rumi_tui.texts.extract import joined
from rumi_tui.texts.sources import RawSource, Text

RETRIES = 2
"""Of a transfer that broke or brought something else; a second passes before the first, two before the next."""
TIMEOUT = 30
"""Seconds without an answer."""
CHUNK = 1 << 16
"""Bytes between two looks at the progress."""


class Bar(Protocol):
    """What shows how far a transfer is, as pooch wants it; `total` is set before the first update."""

    total: int

    def update(self, amount: int) -> None:
        """So many bytes more."""

    def reset(self) -> None:
        """Back to none."""

    def close(self) -> None:
        """The transfer is done."""


def texts_here(folder: Path, texts: Sequence[Text]) -> list[Text]:
    """Those of the texts that stand in a folder byte for byte as its `corpus.toml` says."""
    hashes = {entry.get("file"): entry.get("sha256") for entry in _read_entries(folder)}
    return [text for text in texts if hashes.get(text.file) == _sha256(folder / text.file) is not None]


def fetch(folder: Path, texts: Sequence[Text], bar: Bar | None = None) -> Iterator[tuple[Text, int]]:
    """Brings the texts that are missing into the folder, and gives each with the number of its poems when it is there.

    Raises `RumiError` when an address cannot be reached, breaks off, or gives something else than is known of it; what
    is in the folder stays.
    """
    pooch.get_logger().setLevel("CRITICAL")
    for text in texts:
        if text in texts_here(folder, texts):
            continue
        raw = [_fetch_source(source, folder / "sources", bar).read_text("utf-8") for source in text.sources]
        poems = text.extract(*raw)
        with replacing(folder / text.file) as path:
            path.write_text(joined(poems), "utf-8", newline="\n")
        _write_entry(folder, text)
        yield text, len(poems)


def _fetch_source(source: RawSource, folder: Path, bar: Bar | None) -> Path:
    failures = []
    for address in source.addresses:
        cache = pooch.create(
            folder,
            base_url="",
            registry={source.name: f"sha256:{source.sha256}"},
            urls={source.name: address},
            retry_if_failed=RETRIES,
        )
        http = pooch.HTTPDownloader(progressbar=bar or False, chunk_size=CHUNK, timeout=TIMEOUT)
        try:
            return Path(cache.fetch(source.name, downloader=http))
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else "an error"
            failures.append(f"{_host(address)} answers {status} for {source.name}")
        except (requests.ConnectionError, requests.Timeout):
            failures.append(f"{_host(address)} cannot be reached")
        except requests.RequestException as error:
            failures.append(f"the transfer of {source.name} from {_host(address)} broke ({type(error).__name__})")
        except ValueError:
            failures.append(f"{_host(address)} gives another {source.name} than the one known by its SHA-256")
        except OSError as error:
            raise RumiError(f"Could not write in {folder} ({describe(error)}): free some space or rights.") from error
    raise RumiError(f"{', '.join(failures)}: see to the connection and fetch again; what is here stays.")


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _read_entries(folder: Path) -> list[dict[str, str]]:
    path = folder / "corpus.toml"
    if not path.is_file():
        return []
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, list[dict[str, str]]]).get("text", [])
    except (msgspec.MsgspecError, ValueError) as error:
        raise RumiError(f"{path} is not a list of texts ({error}): mend it, or move it away.") from error


def _write_entry(folder: Path, text: Text) -> None:
    """Says in `corpus.toml` what a text is; what else it says stays."""
    entry = {
        "file": text.file,
        "language": text.language,
        "form": text.form,
        "title": text.title,
        "author": text.author,
        "license": text.licence,
        "sha256": _sha256(folder / text.file) or "",
    }
    entries = [old for old in _read_entries(folder) if old.get("file") != text.file]
    blocks = (
        "[[text]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in entry.items())
        for entry in (*entries, entry)
    )
    with replacing(folder / "corpus.toml") as path:
        path.write_text("\n".join(blocks), "utf-8")
