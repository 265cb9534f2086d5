"""Files made wrong: by their structure, as whoever means harm would do it, or by their bytes, as a bad disk does.

An input is a few files by their names. What becomes of it follows from the random numbers alone. `mutations_binary`
knows how model files, checkpoints, databases and arrays are built.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any, Literal

from mutations_binary import mutate_arrays, mutate_database, mutate_model, mutate_tensors
from nasty import LARGE_NUMBERS, NASTY_TEXTS

Files = dict[str, bytes]
"""An input, by the names of its files."""
Kind = Literal["structured", "bytes"]
STRUCTURED = 0.7
"""How many of the inputs are wrong in their structure."""
MOST_CHANGES = 4
LARGEST_GROWTH = 1 << 20
"""Bytes that one change may add."""

NASTY_JSON = [
    *("null", "true", "[]", "{}", '""', "0", "-1", "1.5", "[[]]", '[{"a": 1}]', "NaN", "Infinity", "1e999", "-1e999"),
    *map(str, LARGE_NUMBERS),
    *(f"{number}.0" for number in LARGE_NUMBERS),
    *("1" * 400, "1" * 5000, "0.1e-400", "00", "0x10", "1e", "+1", '"\\ud800"', '"\\udcff\\u0000"', '"\\u202e"'),
    *(json.dumps(text) for text in NASTY_TEXTS),
    *("[" * 40 + "]" * 40, "[" * 100_000, "[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000),
]
NASTY_TOML = [
    *("1", "-1", "1.5", "nan", "inf", "true", "[]", "{}", "''", '""', "2026-01-01", "1979-05-27T07:32:00Z", "07:32:00"),
    *("0xdeadbeef", "1_000", "'''", '"""', "{a = {b = {c = 1}}}", "[" * 3000, "[" * 50 + "]" * 50, '"\\ud800"'),
    *map(str, LARGE_NUMBERS),
    *(json.dumps(text) for text in NASTY_TEXTS),
    *(f"'{text}'" for text in NASTY_TEXTS),
]
NASTY_LINES = [
    *("", "\t", "\t\t\t", "[[text]]", "[text]", "[keys]", "a.b.c = 1", "=", "#", "id\ttitle\tmetre\trhyme"),
    *(
        "masnavi/1/1/1-2\t\t\t",
        "masnavi/9/0/5-1\tx\ty\tz",
        "divan/0\t\t\t",
        f"divan/{'9' * 4500}\t\t\t",
        "rubai/١\t\t\t",
    ),
    *("<div dir=rtl><script>alert(1)</script>", "<![CDATA[", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&#27;[31m", "</p></p>"),
    *(
        "    From reed-flute hear what tale it tells;",
        "THE END",
        "STORY I.",
        "[1]",
        '{"book": 1, "page": 1, "text": ""}',
    ),
    *NASTY_TEXTS,
]


def mutate(files: Files, others: list[Files], rng: random.Random) -> tuple[Files, Kind]:
    """One of the files, or two, made wrong; `others` are inputs of the same reader, from which pieces may come."""
    changed = dict(files)
    is_structured = rng.random() < STRUCTURED
    for name in rng.sample(sorted(files), min(len(files), rng.choice([1, 1, 1, 2]))):
        structured = _STRUCTURED.get(name.rpartition(".")[2], mutate_lines)
        other = rng.choice(others).get(name, b"")
        if is_structured:
            for _ in range(rng.choice([1, 1, 2, 3])):
                changed[name] = structured(changed[name], rng)
        else:
            changed[name] = mutate_bytes(changed[name], other, rng)
    return changed, "structured" if is_structured else "bytes"


def mutate_bytes(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """A few flips, cuts, repeats and splices."""
    data = bytearray(content)
    for _ in range(rng.randint(1, MOST_CHANGES)):
        at = rng.randrange(len(data) + 1)
        length = min(len(data) - at, int(rng.expovariate(1 / 16)) if rng.random() < 0.8 else rng.randrange(4096))
        match rng.randrange(8):
            case 0 | 1 if data:
                data[at - 1] ^= 1 << rng.randrange(8)
            case 2 if data:
                data[at - 1] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, 0x1B, rng.randrange(256)])
            case 3:
                del data[at : len(data) if rng.random() < 0.3 else at + length]
            case 4:
                data[at:at] = data[at : at + length] * rng.randint(1, 4)
            case 5:
                begin = rng.randrange(len(other) + 1)
                data[at : at + length] = other[begin : begin + length]
            case 6:
                data[at:at] = rng.choice(NASTY_TEXTS).encode("utf-8", "surrogatepass")[:LARGEST_GROWTH]
            case _:
                data[at : at + length] = rng.choice([bytes(length), rng.randbytes(length), b"\xff" * length])
    return bytes(data)


def mutate_json(content: bytes, rng: random.Random) -> bytes:
    """A value changed for another, taken away, doubled under its key, or nested deep."""
    try:
        marked, raw = _with_mark(json.loads(content), rng)
        text = json.dumps(marked, ensure_ascii=rng.random() < 0.5)
    except (ValueError, OverflowError, RecursionError):  # it was changed before
        return mutate_bytes(content, b"", rng)
    return (
        text.replace(json.dumps(_MARK), raw)
        .replace(json.dumps(_KEY_MARK), f"{raw}: 0, {raw}")
        .encode("utf-8", "surrogatepass")
    )


_MARK, _KEY_MARK = "@@here@@", "@@key@@"


def _with_mark(tree: Any, rng: random.Random) -> tuple[Any, str]:
    """A tree with a mark somewhere, and the JSON to stand in the place of the mark."""
    holder: Any = [tree]
    place: Any = 0
    root = holder
    while isinstance(holder[place], dict | list) and holder[place] and rng.random() < 0.85:
        holder = holder[place]
        place = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    deed = rng.randrange(10)
    if deed == 0 and holder is not root:
        del holder[place]
        return root[0], ""
    if deed == 1 and isinstance(holder, dict):
        value = holder.pop(place)
        holder[rng.choice([*NASTY_TEXTS, place.upper(), f"{place} ", place[:-1]])] = value
        return root[0], ""
    if deed == 2 and isinstance(holder, dict):
        holder[_KEY_MARK] = 0  # the same key again
        return root[0], json.dumps(place)
    if deed == 3 and isinstance(holder, list) and holder is not root:
        holder[place:place] = [holder[place]] * rng.choice([1, 2, 1000])
        return root[0], ""
    value = holder[place]
    holder[place] = _MARK
    if deed == 4 and isinstance(value, int | float) and value == value:
        return root[0], str(rng.choice([value + 1, value - 1, -value, value * 1000, int(min(value, 1e9))]))
    if deed == 5 and isinstance(value, str):
        at = rng.randrange(len(value) + 1)
        return root[0], json.dumps(value[:at] + rng.choice(NASTY_TEXTS) + value[at:])
    if deed == 6:
        return root[0], json.dumps([value])
    return root[0], rng.choice(NASTY_JSON)


def mutate_json_lines(content: bytes, rng: random.Random) -> bytes:
    """JSON in one of the lines, or the lines themselves."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    if rng.random() < 0.8 and lines[at].strip():
        lines[at] = mutate_json(lines[at], rng).replace(b"\n", b" ")
        return b"\n".join(lines)
    return mutate_lines(content, rng)


def mutate_toml(content: bytes, rng: random.Random) -> bytes:
    """A value or a name changed for another, or the lines themselves."""
    lines = content.decode("utf-8", "replace").split("\n")
    places = [number for number, line in enumerate(lines) if "=" in line]
    if not places or rng.random() < 0.2:
        return mutate_lines(content, rng)
    at = rng.choice(places)
    name, _, value = lines[at].partition("=")
    match rng.randrange(5):
        case 0:
            wrong = rng.choice([f"{name.strip()}x", f'"{name.strip()}"', f"{name}.{name}", "", '"\\u001b[31m"', "é"])
            lines[at] = f"{wrong} ={value}"
        case 1:
            lines.insert(at, f"{name}= {rng.choice(NASTY_TOML)}")
        case _:
            lines[at] = f"{name}= {rng.choice(NASTY_TOML)}"
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def mutate_lines(content: bytes, rng: random.Random) -> bytes:
    """Lines and columns taken away, doubled, changed for each other, or for what is hard to read."""
    ending = rng.choice([b"\n"] * 12 + [b"\r\n", b"\r", b"\v", "\u2028".encode(), b"\n\n"])
    lines = content.split(b"\n")
    for _ in range(rng.randint(1, MOST_CHANGES)):
        at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
        columns = lines[at].split(b"\t")
        column = rng.randrange(len(columns))
        nasty = rng.choice(NASTY_LINES).encode("utf-8", "surrogatepass")
        match rng.randrange(9):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case 3:
                lines.insert(at, nasty)
            case 4:
                lines[at] = nasty
            case 5:
                cut = rng.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + nasty + lines[at][cut:]
            case 6:
                columns[column] = nasty
                lines[at] = b"\t".join(columns)
            case 7:
                columns.insert(column, rng.choice([b"", columns[column], nasty]))
                lines[at] = b"\t".join(columns)
            case _:
                lines[at] = re.sub(rb"\d+", str(rng.choice(LARGE_NUMBERS)).encode(), lines[at], count=1)
    return ending.join(lines)


def _mutate_model(content: bytes, rng: random.Random) -> bytes:
    return mutate_model(content, rng, mutate_json)


def _mutate_tensors(content: bytes, rng: random.Random) -> bytes:
    return mutate_tensors(content, rng, mutate_json)


def _mutate_database(content: bytes, rng: random.Random) -> bytes:
    return mutate_database(content, rng, mutate_json)


_STRUCTURED: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "json": mutate_json,
    "jsonl": mutate_json_lines,
    "toml": mutate_toml,
    "onnx": _mutate_model,
    "safetensors": _mutate_tensors,
    "sqlite": _mutate_database,
    "npz": mutate_arrays,
}
"""By the ending of a name; all else is lines."""
