"""The order of mixed text, as the Unicode Bidirectional Algorithm has it (UAX #9). Knows nothing of terminals.

python-bidi gives back a string alone: neither where each character went, which a cursor must know, nor mirrored
brackets. So the rules stand here, named as in the standard. Embeddings, overrides and isolates (rules X1 to X8) are
left out: what asks for them never reaches the screen (`models.characters.printable`), and stands for nothing here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")

LEFT_TO_RIGHT, RIGHT_TO_LEFT = 0, 1
"""The two levels that a line can have as a whole."""

_MIRROR_PAIRS = (
    "()<>[]{}«»༺༻༼༽᚛᚜‹›⁅⁆⁽⁾₍₎∈∋∉∌∊∍∕⧵∟⯾∠⦣∡⦛∢⦠∤⫮∼∽≃⋍≅≌≒≓≔≕≤≥≦≧≨≩≪≫≮≯≰≱≲≳≴≵≶≷≸≹≺≻≼≽≾≿⊀⊁⊂⊃⊄⊅⊆⊇⊈⊉⊊⊋⊏⊐"
    "⊑⊒⊘⦸⊢⊣⊦⫞⊨⫤⊩⫣⊫⫥⊰⊱⊲⊳⊴⊵⊶⊷⊸⟜⋉⋊⋋⋌⋐⋑⋖⋗⋘⋙⋚⋛⋜⋝⋞⋟⋠⋡⋢⋣⋤⋥⋦⋧⋨⋩⋪⋫⋬⋭⋰⋱⋲⋺⋳⋻⋴⋼⋶⋽⋷⋾⌈⌉⌊⌋\u2329\u232a❨❩❪❫❬❭❮❯❰❱❲❳❴❵"
    "⟃⟄⟅⟆⟈⟉⟋⟍⟕⟖⟝⟞⟢⟣⟤⟥⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦎⦏⦑⦒⦓⦔⦕⦖⦗⦘⦤⦥⦨⦩⦪⦫⦬⦭⦮⦯⧀⧁⧄⧅⧏⧐⧑⧒⧔⧕⧘⧙⧚⧛⧨⧩⧸⧹⧼⧽⨫⨬⨭⨮⨴⨵⨼⨽⩤⩥⩹⩺⩻⩼"
    "⩽⩾⩿⪀⪁⪂⪃⪄⪅⪆⪇⪈⪉⪊⪋⪌⪍⪎⪏⪐⪑⪒⪓⪔⪕⪖⪗⪘⪙⪚⪛⪜⪝⪞⪟⪠⪡⪢⪦⪧⪨⪩⪪⪫⪬⪭⪯⪰⪱⪲⪳⪴⪵⪶⪷⪸⪹⪺⪻⪼⪽⪾⪿⫀⫁⫂⫃⫄⫅⫆⫇⫈⫉⫊⫋⫌⫍⫎⫏⫐⫑⫒⫓⫔⫕⫖⫬⫭⫷⫸⫹⫺⸂⸃"
    "⸄⸅⸉⸊⸌⸍⸜⸝⸠⸡⸢⸣⸤⸥⸦⸧⸨⸩⹕⹖⹗⹘⹙⹚⹛⹜\u3008\u3009《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞﹤﹥（）＜＞［］｛｝｟｠｢｣"
)
_MIRRORED = dict(zip(_MIRROR_PAIRS[::2], _MIRROR_PAIRS[1::2], strict=True))
_MIRRORED |= {second: first for first, second in _MIRRORED.items()}
"""What stands for a character where it is read from right to left (BidiMirroring.txt, rule L4)."""

_CANONICAL = {"\u2329": "\u3008", "\u232a": "\u3009"}
"""Brackets that are others by canonical equivalence (rule BD16)."""
_DEEPEST = 63
"""Brackets that may be open at a time (rule BD16)."""
_IGNORED = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Classes that the rules see nothing of (rule X9)."""
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_AS_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}
"""What counts as which direction for the neutrals beside it (rules N0 and N1)."""


def mirrored(character: str) -> str:
    """What a character looks like where it is read from right to left."""
    return _MIRRORED.get(character, character)


def base_level(line: str) -> int:
    """The level of a line as a whole: that of its first letter, or left to right (rules P2 and P3)."""
    classes = (unicodedata.bidirectional(character) for character in line)
    return next((RIGHT_TO_LEFT if kind != "L" else LEFT_TO_RIGHT for kind in classes if kind in ("L", "R", "AL")), 0)


def levels(line: str, base: int) -> list[int]:
    """The level of each character of a line with this base level: even ones are read from left to right.

    What the rules do not see, like a zero-width non-joiner, has the level of what stands before it.
    """
    classes = [unicodedata.bidirectional(character) or "L" for character in line]
    seen = [index for index, kind in enumerate(classes) if kind not in _IGNORED]
    kinds = [classes[index] for index in seen]
    direction = "R" if base % 2 else "L"
    _resolve_weak(kinds, direction)
    marks = [classes[index] == "NSM" for index in seen]
    _resolve_brackets(kinds, [line[index] for index in seen], marks, direction)
    _resolve_neutral(kinds, direction)
    resolved = dict(zip(seen, (_implicit(kind, base) for kind in kinds), strict=True))
    result: list[int] = []
    for index in range(len(line)):
        result.append(resolved.get(index, result[-1] if result else base))
    _reset_blanks(result, classes, base)
    return result


def visual_order(row_levels: Sequence[int]) -> list[int]:
    """The places of what has these levels, from the left of the screen to its right (rule L2)."""
    order = list(range(len(row_levels)))
    odd = [level for level in row_levels if level % 2]
    for level in range(max(row_levels, default=0), min(odd, default=1) - 1, -1):
        for begin, end in _runs([row_levels[place] >= level for place in order], {True}):
            order[begin:end] = order[begin:end][::-1]
    return order


def _resolve_weak(kinds: list[str], direction: str) -> None:
    """Rules W1 to W7: marks, and numbers with what belongs to them."""
    last = strong = direction
    for place, kind in enumerate(kinds):
        kind = last = last if kind == "NSM" else kind  # W1
        if kind in ("L", "R", "AL"):
            strong = kind
        kinds[place] = "AN" if kind == "EN" and strong == "AL" else kind  # W2
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[place - 1 : place + 2]
        if before == after and ((kind == "CS" and after in ("EN", "AN")) or (kind == "ES" and after == "EN")):
            kinds[place] = after
    for begin, end in _runs(kinds, {"ET"}):
        if "EN" in (*kinds[max(0, begin - 1) : begin], *kinds[end : end + 1]):  # W5
            kinds[begin:end] = ["EN"] * (end - begin)
    strong = direction
    for place, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind in ("ES", "ET", "CS"):  # W6
            kinds[place] = "ON"
        elif kind == "EN" and strong == "L":  # W7
            kinds[place] = "L"


def _resolve_brackets(kinds: list[str], characters: Sequence[str], marks: Sequence[bool], direction: str) -> None:
    """Rule N0: a pair of brackets has the direction of what it holds, or else of what stands before it."""
    for begin, end in _bracket_pairs(kinds, characters):
        within = {_AS_STRONG[kind] for kind in kinds[begin + 1 : end] if kind in _AS_STRONG}
        if not within:
            continue
        if direction in within:
            found = direction
        else:
            before = next((_AS_STRONG[kind] for kind in reversed(kinds[:begin]) if kind in _AS_STRONG), direction)
            found = before if before in within else direction
        for place in (begin, end):
            kinds[place] = found
            while place + 1 < len(kinds) and marks[place + 1]:
                place += 1
                kinds[place] = found


def _bracket_pairs(kinds: Sequence[str], characters: Sequence[str]) -> list[tuple[int, int]]:
    """The places of opening brackets and of those that close them, the first opening one first (rule BD16)."""
    is_open: list[tuple[str, int]] = []
    pairs = []
    for place, character in enumerate(characters):
        if kinds[place] != "ON" or character not in _MIRRORED:
            continue
        character = _CANONICAL.get(character, character)
        match unicodedata.category(character):
            case "Ps":
                if len(is_open) == _DEEPEST:
                    return []
                is_open.append((mirrored(character), place))
            case "Pe":
                depth = next((at for at in reversed(range(len(is_open))) if is_open[at][0] == character), None)
                if depth is not None:
                    pairs.append((is_open[depth][1], place))
                    del is_open[depth:]
    return sorted(pairs)


def _resolve_neutral(kinds: list[str], direction: str) -> None:
    """Rules N1 and N2: blanks and signs go with what stands on both sides of them, or else with the line."""
    for begin, end in _runs(kinds, _NEUTRAL):
        before = _AS_STRONG[kinds[begin - 1]] if begin else direction
        after = _AS_STRONG[kinds[end]] if end < len(kinds) else direction
        kinds[begin:end] = [before if before == after else direction] * (end - begin)


def _runs(kinds: Sequence[T], wanted: Container[T]) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of runs of what is wanted."""
    begin = 0
    for is_wanted, run in groupby(list(kinds), wanted.__contains__):
        end = begin + sum(1 for _ in run)
        if is_wanted:
            yield begin, end
        begin = end


def _implicit(kind: str, base: int) -> int:
    """Rules I1 and I2."""
    if base % 2:
        return base if kind == "R" else base + 1
    return base + {"L": 0, "R": 1}.get(kind, 2)


def _reset_blanks(row_levels: list[int], classes: Sequence[str], base: int) -> None:
    """Rule L1: separators, and blanks before them and at the end, stand where the line as a whole puts them."""
    is_trailing = True
    for index in reversed(range(len(classes))):
        kind = classes[index]
        is_trailing = kind in ("S", "B") or (is_trailing and (kind == "WS" or kind in _IGNORED))
        if is_trailing:
            row_levels[index] = base
