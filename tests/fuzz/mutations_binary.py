"""Model files, checkpoints, databases and arrays made wrong by their structure, each still what it is outwardly."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import onnx
from google.protobuf.message import DecodeError, EncodeError
from nasty import LARGE_NUMBERS, NASTY_TEXTS
from onnx import AttributeProto, TensorProto, helper

MutateJson = Callable[[bytes, random.Random], bytes]
SIZES = [number for number in LARGE_NUMBERS if -(2**63) <= number < 2**63]
KINDS = sorted(set(TensorProto.DataType.values()))
OPERATORS = ["If", "Loop", "Scan", "MatMul", "Gather", "Reshape", "Expand", "Tile", "ConstantOfShape", "Range", "Nope"]
OPERATORS += ["GroupQueryAttention", "MatMulNBits", "RotaryEmbedding", "SkipLayerNormalization", "Attention", "Cast"]
_FLOATS = [float("nan"), float("inf"), -float("inf"), 3e38, 1e-45, 0.0]
_VALID_TEXTS = [text for text in NASTY_TEXTS if text.encode("utf-8", "replace").decode() == text]


def mutate_model(content: bytes, rng: random.Random, mutate_json: MutateJson) -> bytes:
    """An ONNX file with another graph, other weights or another description; or with a wrong field of its format."""
    if rng.random() < 0.25:
        return mutate_fields(content, rng)
    try:
        model = onnx.ModelProto.FromString(content)
        _change_model(model, rng, mutate_json)
        return model.SerializeToString()
    except (
        DecodeError,
        EncodeError,
        IndexError,
        ValueError,
    ):  # it was broken before, or there is nothing of that kind left
        return mutate_fields(content, rng)


def _change_model(model: Any, rng: random.Random, mutate_json: MutateJson) -> None:
    graph = model.graph
    match rng.randrange(20):
        case 0 | 1 | 2:
            entry = rng.choice(model.metadata_props)
            value = (
                entry.value if isinstance(entry.value, bytes) else entry.value.encode()
            )  # bytes where it is no UTF-8
            entry.value = mutate_json(value, rng).decode("utf-8", "replace")
        case 3:
            entry = rng.choice(model.metadata_props)
            entry.key = rng.choice(
                ["rumi.config", "rumi.card", "rumi.lexicon", "rumi.phrases", "rumi.word_vectors", "x"]
            )
        case 4:
            _drop_or_double(model.metadata_props, rng)
        case 5 | 6:
            _change_tensor(rng.choice(graph.initializer), rng)
        case 7:
            _drop_or_double(graph.initializer, rng)
        case 8 | 9:
            _change_attribute(rng.choice([node for node in graph.node if node.attribute]), rng)
        case 10:
            _drop_or_double(graph.node, rng)
        case 11:
            nodes = list(graph.node)
            rng.shuffle(nodes)
            del graph.node[:]
            graph.node.extend(nodes)
        case 12:
            node = rng.choice(graph.node)
            node.op_type, node.domain = rng.choice(OPERATORS), rng.choice([node.domain, "", "com.microsoft", "x"])
        case 13 | 14:
            names = rng.choice([rng.choice(graph.node).input, rng.choice(graph.node).output])
            names[rng.randrange(len(names))] = rng.choice(_names(graph))
        case 15:
            names = rng.choice(graph.node).input
            names.append(rng.choice(_names(graph))) if not names or rng.random() < 0.5 else names.pop()
        case 16 | 17:
            _change_value(rng.choice([*graph.input, *graph.output]), rng)
        case 18:
            _drop_or_double(rng.choice([graph.input, graph.output, graph.value_info]), rng)
        case _:
            _change_outside(model, rng)


def _names(graph: Any) -> list[str]:
    names = [name for node in graph.node for name in (*node.input, *node.output)]
    return [*names, *(tensor.name for tensor in graph.initializer), "", "nothing"]


def _drop_or_double(repeated: Any, rng: random.Random) -> None:
    at = rng.randrange(len(repeated))
    if rng.random() < 0.5:
        del repeated[at]
    else:
        repeated.add().CopyFrom(repeated[at])


def _change_tensor(tensor: Any, rng: random.Random) -> None:
    match rng.randrange(9):
        case 0 | 1 if tensor.dims:
            tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice(SIZES)
        case 2:
            tensor.dims.append(rng.choice(SIZES))
        case 3:
            tensor.data_type = rng.choice([*KINDS, 99, -1])
        case 4:
            tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data) + 1)]
        case 5 if len(tensor.raw_data) >= 4:
            at = 4 * rng.randrange(len(tensor.raw_data) // 4)
            value = struct.pack("<f", rng.choice(_FLOATS))
            tensor.raw_data = tensor.raw_data[:at] + value + tensor.raw_data[at + 4 :]
        case 6:
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in [("location", rng.choice(_VALID_TEXTS)), ("offset", "0"), ("length", str(2**40))]:
                entry = tensor.external_data.add()
                entry.key, entry.value = key, value
        case 7:
            tensor.float_data.extend([rng.choice(_FLOATS)] * rng.choice([1, 1000]))
        case _:
            tensor.raw_data = rng.randbytes(len(tensor.raw_data))


def _change_attribute(node: Any, rng: random.Random) -> None:
    attribute = rng.choice(node.attribute)
    match rng.randrange(8):
        case 0 | 1 | 2:
            attribute.i = rng.choice(SIZES)
        case 3:
            attribute.f = rng.choice(_FLOATS)
        case 4:
            attribute.ints.extend(rng.choices(SIZES, k=3))
        case 5:
            attribute.type = rng.choice(AttributeProto.AttributeType.values())
        case 6:
            node.attribute.remove(attribute)
        case _:
            name = rng.choice(["num_heads", "kv_num_heads", "scale", "softcap", "do_rotary", "bits", "block_size", "K"])
            new = rng.choice(
                [rng.choice(SIZES), rng.choice(_FLOATS), rng.choice(_VALID_TEXTS), rng.choices(SIZES, k=2)]
            )
            node.attribute.append(helper.make_attribute(name, new))


def _change_value(value: Any, rng: random.Random) -> None:
    kind = value.type.tensor_type
    match rng.randrange(6):
        case 0:
            kind.elem_type = rng.choice(KINDS)
        case 1:
            value.name = rng.choice(["ids", "logits", "past_key.0", "present_value.7", "past_positions", "cos", ""])
        case 2:
            kind.shape.dim.add().dim_value = rng.choice(SIZES)
        case 3 if kind.shape.dim:
            del kind.shape.dim[rng.randrange(len(kind.shape.dim))]
        case 4:
            value.type.sequence_type.elem_type.tensor_type.elem_type = 1
        case _ if kind.shape.dim:
            kind.shape.dim[rng.randrange(len(kind.shape.dim))].dim_value = rng.choice(SIZES)


def _change_outside(model: Any, rng: random.Random) -> None:
    match rng.randrange(5):
        case 0:
            model.ir_version = rng.choice(SIZES)
        case 1:
            rng.choice(model.opset_import).version = rng.choice([0, 1, 7, 13, 18, 23, 99, -1, 2**40])
        case 2:
            model.functions.add().name = "f"
        case 3:
            model.graph.sparse_initializer.add().dims.append(rng.choice(SIZES))
        case _:
            node = rng.choice(model.graph.node)
            inner = onnx.GraphProto(name="inner", node=[node])
            node.attribute.append(helper.make_attribute("body", inner))


def mutate_fields(content: bytes, rng: random.Random) -> bytes:
    """Any protocol buffer with one field, however deep, of another number, kind, length or value."""
    parts = _fields(content)
    if not parts:
        return content + bytes([rng.randrange(256)])
    at = rng.randrange(len(parts))
    number, kind, value = parts[at]
    if kind == 2 and len(value) > 2 and rng.random() < 0.75 and _fields(value):
        parts[at] = number, kind, mutate_fields(value, rng)
        return b"".join(map(_field, parts))
    whole = _field(parts[at])
    match rng.randrange(7):
        case 0:
            whole = b""
        case 1:
            whole *= rng.choice([2, 3, 1000]) if len(whole) < 1000 else 2
        case 2:
            whole = _field((rng.choice([0, 1, 2, 7, 14, 536_870_911]), kind, value))
        case 3:
            whole = _varint(number << 3 | rng.randrange(8)) + whole[1:]
        case 4:
            whole = _varint(number << 3 | 2) + _varint(rng.choice([2**63, 2**31, len(content), 1])) + b"\x00"
        case 5:
            whole = _varint(number << 3) + rng.choice([b"\xff" * 9 + b"\x01", b"\xff" * 12, b"\x80" * 9, b"\x80\x00"])
        case _:
            whole = whole[: rng.randrange(len(whole) + 1)]
    return b"".join([*map(_field, parts[:at]), whole, *map(_field, parts[at + 1 :])])


def _fields(content: bytes) -> list[tuple[int, int, bytes]]:
    """The fields of a message, each with the bytes of its value; none where it is no message."""
    at, parts = 0, []
    while at < len(content):
        key, at = _read_varint(content, at)
        number, kind = key >> 3, key & 7
        if not number or kind not in (0, 1, 2, 5) or at > len(content):
            return []
        if kind == 0:
            _, end = _read_varint(content, at)
        elif kind == 2:
            size, at = _read_varint(content, at)
            end = at + size
        else:
            end = at + (8 if kind == 1 else 4)
        if end > len(content):
            return []
        parts.append((number, kind, content[at:end]))
        at = end
    return parts


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content):
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if content[at - 1] < 0x80:
            return value, at
    return value, len(content) + 1


def _varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def _field(part: tuple[int, int, bytes]) -> bytes:
    number, kind, value = part
    return _varint(number << 3 | kind) + (_varint(len(value)) if kind == 2 else b"") + value


def mutate_tensors(content: bytes, rng: random.Random, mutate_json: MutateJson) -> bytes:
    """A safetensors file with another header, or other numbers behind it."""
    if len(content) < 8 or int.from_bytes(content[:8], "little") > len(content):
        return content + b"\x00"
    size = int.from_bytes(content[:8], "little")
    header, data = content[8 : 8 + size], bytearray(content[8 + size :])
    match rng.randrange(8):
        case 0:
            return (
                struct.pack("<Q", rng.choice([0, 1, max(0, size - 1), size + 1, 2**31, 2**63, 2**64 - 1])) + content[8:]
            )
        case 1 if len(data) >= 2:
            at = 2 * rng.randrange(len(data) // 2)
            data[at : at + 2] = rng.choice(
                [b"\x00\x7c", b"\x00\xfc", b"\x01\x7e", b"\xff\xff"]
            )  # infinite, or no number
        case 2 | 3 | 4:
            header = _change_header(header, rng, mutate_json)
        case 5:
            data = data[: rng.randrange(len(data) + 1)]
        case _:
            header = mutate_json(header, rng)
    return struct.pack("<Q", len(header)) + header + bytes(data)


def _change_header(header: bytes, rng: random.Random, mutate_json: MutateJson) -> bytes:
    try:
        tree = json.loads(header)
        name = rng.choice(list(tree))
        if name == "__metadata__" or rng.random() < 0.4:
            texts = tree["__metadata__"]
            key = rng.choice(list(texts))
            texts[key] = mutate_json(texts[key].encode(), rng).decode("utf-8", "replace")
        else:
            entry = tree[name]
            match rng.randrange(4):
                case 0:
                    entry["dtype"] = rng.choice(
                        ["F64", "F32", "BF16", "F8_E4M3", "F8_E5M2", "I64", "U8", "BOOL", "C64", "x"]
                    )
                case 1:
                    entry["shape"] = rng.choice(
                        [[], [0], entry["shape"][::-1], [*entry["shape"], 1], rng.choices(SIZES, k=2)]
                    )
                case 2:
                    entry["data_offsets"] = rng.choice([entry["data_offsets"][::-1], [0, 0], rng.choices(SIZES, k=2)])
                case _:
                    tree[
                        rng.choice(
                            [f"{name}x", f"model.{name}", "optimizer.0.0", "optimizer.0.x.y", "optimizer.9.9.exp"]
                        )
                    ] = tree.pop(name)
        return json.dumps(tree).encode()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):  # it was changed before
        return mutate_json(header, rng)


def mutate_database(content: bytes, rng: random.Random, mutate_json: MutateJson) -> bytes:
    """A SQLite file with other values, rows, tables or versions."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.text_factory = bytes
    try:
        database.deserialize(content)
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%fts5%'"
        ).fetchall()
        table = rng.choice(tables)[0].decode()
        columns = [row[1].decode() for row in database.execute(f"PRAGMA table_info({table})")]
        column, other = rng.choice(columns), rng.choice(columns)
        where = f"WHERE {other} IS (SELECT {other} FROM {table} LIMIT 1 OFFSET {rng.randrange(8)})"
        match rng.randrange(12):
            case 0 | 1 | 2 | 3:
                value: Any = rng.choice(
                    [rng.choice(SIZES), rng.choice(_FLOATS), None, rng.choice(_VALID_TEXTS), rng.randbytes(9)]
                )
                database.execute(f"UPDATE {table} SET {column} = ? {where}", (value,))
            case 4:
                raw = rng.choice(["\ud800", "\udcff", "a\udcff\udcfeb"]).encode("utf-8", "surrogatepass")
                raw = rng.choice([raw, b"\xff", b"\xc3\x28", b"\x1b[31m", b"\xf5\x80"])
                database.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT) {where}", (raw,))
            case 5 | 6:
                row = database.execute(f"SELECT {column} FROM {table} {where}").fetchone()
                if row and isinstance(row[0], bytes):
                    text = mutate_json(row[0], rng).decode("utf-8", "replace")
                    database.execute(f"UPDATE {table} SET {column} = ? {where}", (text,))
            case 7:
                database.execute(f"DELETE FROM {table} {where}")
            case 8:
                database.execute(f"INSERT INTO {table} SELECT * FROM {table} {where}")
            case 9:
                statement = rng.choice(
                    ["DROP TABLE {0}", "ALTER TABLE {0} RENAME TO x", "ALTER TABLE {0} DROP COLUMN {1}"]
                )
                database.execute(statement.format(table, column))
            case 10:
                database.execute(f"PRAGMA user_version = {rng.choice([0, 1, 3, 6, 8, 99, -1, 2**31 - 1])}")
            case _:
                database.execute("PRAGMA writable_schema = ON")
                sql = rng.choice(["", "CREATE TABLE x (y)", "CREATE VIEW x AS SELECT 1", "nonsense", "CREATE TABLE"])
                database.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, table))
        return database.serialize()
    except (sqlite3.Error, IndexError, OverflowError, UnicodeError):  # refused, or it was broken before
        return content[: -rng.randrange(1, 4096)]
    finally:
        database.close()


def mutate_arrays(content: bytes, rng: random.Random) -> bytes:
    """Arrays of numpy in an archive, one of them with another header."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return content[:-1]
    if not parts:
        return content[:-1]
    name = rng.choice(list(parts))
    size = int.from_bytes(parts[name][8:10], "little")
    header, data = parts[name][10 : 10 + size].rstrip(), parts[name][10 + size :]
    descr = rng.choice(
        ["'<f2'", "'<f4'", "'|O'", "'<i8'", "'<U9'", "'|V0'", "[('a', '<f4')]", "'<c16'", "'<M8[s]'", "''"]
    )
    shape = rng.choice([(), (0,), (-1,), (2**40,), (3, 2**62), (5, 0), (1, 1, 1), (2**31,), (7, 16), (8, 16)])
    match rng.randrange(6):
        case 0:
            del parts[name]
        case 1:
            parts["x.npy"] = parts.pop(name)
        case 2:
            data = data[: rng.randrange(len(data) + 1)]
            header = header.replace(b"False", rng.choice([b"True", b"None", b"1"]), 1)
        case 3:
            data = rng.randbytes(len(data))
        case 4:
            header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
        case _:
            header = b"{" * rng.choice([1, 50, 5000]) + header
    if name in parts:
        parts[name] = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header) % 65_536) + header + data
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each, part in parts.items():
            archive.writestr(each, part)
    return file.getvalue()
