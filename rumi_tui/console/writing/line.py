"""One line of a poem, written anew at a person's wish, as a branch of the poem. Knows nothing of screens."""

from __future__ import annotations

import re

import msgspec

from models.errors import RumiError
from models.tokenizer import LONGEST_NUMBER
from rumi_tui.console.writing.draft import Draft, Settings
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.engine.messages import Event, WriteLine, WroteLine
from rumi_tui.engine.request import LineRequest, Wish
from rumi_tui.engine.written import NewLine
from rumi_tui.library.poem import Passage
from rumi_tui.library.store import Library

WISHES = ("end", "rhyme", "metre")
"""What can be asked of a line, as it is typed."""
MISSED: dict[Wish, str] = {"end": "ends with it", "rhyme": "rhymes with it", "metre": "scans"}
"""What is told of a wish that no try fulfils."""
_WISH = re.compile(rf"(?:^|\s+)({'|'.join(WISHES)})(?=\s|$)")


class LineWish(msgspec.Struct, frozen=True):
    """Which line to write anew, and what is asked of it."""

    number: int
    """From 1 on."""
    end: str = ""
    rhyme: str = ""
    metre: str = ""


def read_wish(text: str) -> LineWish:
    """A wish as it is typed: `3`, `3 rhyme love`, `3 end heart metre hazaj`. Raises `RumiError` for another."""
    number, *parts = _WISH.split(" ".join(text.split()))
    fields = {wish: value.strip() for wish, value in zip(parts[::2], parts[1::2], strict=True)}
    if not number.isdecimal() or len(number) > LONGEST_NUMBER or not all(fields.values()):
        raise RumiError("Type a line and a wish: 3, 3 rhyme love, 3 end heart.")
    return LineWish(int(number), **fields)


class LineJob:
    """One command to write a line anew, and the branch that it becomes."""

    def __init__(self, library: Library, settings: Settings, snapshot: Snapshot, wish: LineWish) -> None:
        """What is not wished for is as the settings and the poem have it.

        Raises `RumiError` for a line that there is not, and where the library cannot be read.
        """
        self._library, self._snapshot, self.wish = library, snapshot, wish
        draft = snapshot.draft
        self._written = draft.passages
        if draft.id is not None and draft.trouble is None:
            self._written = library.written(library.poem(draft.id))
        """What models wrote of the poem, also of what it shares with the poem that it branched from."""
        self.settings = settings.meant_for(draft.model, draft.form)
        self.request = LineRequest(
            form=draft.form,
            text=snapshot.text,
            number=wish.number,
            end=wish.end,
            rhyme=wish.rhyme,
            metre=wish.metre or snapshot.metre,
            sampling=settings.sampling,
            seed=settings.seed,
            keep="strict",  # it is one line, so there is time
            original=settings.original,
        )
        self.draft: Draft | None = None
        """The poem with the new line; None until it is there."""
        self.words = ""
        """How it went, in a few words."""

    def commands(self) -> list[WriteLine]:
        """For the writing process."""
        return [WriteLine(self._snapshot.draft.model, self.request)]

    def handle(self, event: Event) -> None:
        """Makes the branch once the line is there."""
        if isinstance(event, WroteLine):
            self.draft = self._branch(event)
            self.words = f"line {self.wish.number} is new{_what_is_wrong(event.line)}"

    def _branch(self, event: WroteLine) -> Draft:
        snapshot, library, new = self._snapshot, self._library, event.line
        draft, old_lines = snapshot.draft, snapshot.text.split("\n")
        begin = sum(len(line) + 1 for line in old_lines[: new.number - 1])
        old_end, end = begin + len(old_lines[new.number - 1]), begin + len(new.line)
        branch = snapshot.branch(begin)
        real = draft.real and draft.real.changed(snapshot.text, new.text, "machine")
        fresh = Draft(library, draft.model, event.model_sha256, draft.form, new.text, branch, real=real)
        earlier = [range(part.start, min(part.stop, begin)) for part in draft.given if part.start < begin]
        later = [range(max(part.start - old_end, 0) + end, part.stop - old_end + end) for part in draft.given]
        fresh.given = [*earlier, *(part for part in later if part)]
        fresh.passages = [passage for passage in self._written if branch is None and passage.begins_at < begin]
        fresh.passages.append(self._passage(begin, event.metre))
        fresh.passages += self._after(old_end, end)
        fresh.save()
        return fresh

    def _after(self, old_end: int, end: int) -> list[Passage]:
        """The passages that wrote what follows the line, where they stand now that its end has moved."""
        ends = [*(passage.begins_at for passage in self._written[1:]), len(self._snapshot.text)]
        return [
            msgspec.structs.replace(passage, begins_at=max(passage.begins_at, old_end) - old_end + end)
            for passage, stop in zip(self._written, ends, strict=False)
            if stop > old_end and not (passage.ending == "line" and passage.begins_at < old_end)
        ]

    def _passage(self, begin: int, metre: str) -> Passage:
        request, wish = self.request, self.wish
        return Passage(
            begins_at=begin,
            seed=request.seed,
            lines=1,
            sampling=request.sampling,
            ending="line",
            metre=metre if wish.metre else "",
            rhyme=wish.end or wish.rhyme,
            named_metre=metre,
            keep=request.keep,
            original=request.original,
        )


def _what_is_wrong(new: NewLine) -> str:
    wrong = [f"none of {new.tries} tries {' and '.join(MISSED[wish] for wish in new.missed)}"] if new.missed else []
    if numbers := [*([new.number] if new.faults else []), *new.broken]:
        wrong.append(f"the form breaks in line {', '.join(map(str, numbers))}")
    return "".join(f" · {words}" for words in wrong)
