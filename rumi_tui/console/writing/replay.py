"""A kept poem, written again from its seeds to see that it comes out the same. Knows nothing of screens."""

from __future__ import annotations

from collections.abc import Sequence

from rumi_tui.console.writing.draft import Draft
from rumi_tui.engine.messages import Began, Event, Finished, Write, Wrote
from rumi_tui.engine.request import Request
from rumi_tui.library.poem import Passage
from rumi_tui.library.real_verse import shared_beginning


def requests(form: str, text: str, passages: Sequence[Passage]) -> list[Request]:
    """What was asked for each passage of a poem, so that its model file writes the same again."""
    ends = [*(passage.begins_at for passage in passages[1:]), len(text)]
    return [
        Request(
            form=form,
            text=text[: passage.begins_at],
            metre=passage.metre,
            rhyme=passage.rhyme,
            sampling=passage.sampling,
            seed=passage.seed,
            lines=passage.lines,
            keep=passage.keep,
            original=passage.original,
            characters=end - passage.begins_at if passage.ending is None else None,
        )
        for passage, end in zip(passages, ends, strict=False)
        if end > passage.begins_at
    ]


class Rewriting:
    """A job that changes nothing: it compares what is written again with what stands."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text = ""
        """What has been written again, with what was given."""
        self._requests = requests(draft.form, draft.text, draft.passages)
        self._passages_left = len(self._requests)

    def commands(self) -> list[Write]:
        """For the writing process, which refuses another model file."""
        draft = self.draft
        return [Write(draft.model, request, typed=False, model_sha256=draft.model_sha256) for request in self._requests]

    def handle(self, event: Event) -> None:
        """Takes in what is written."""
        match event:
            case Began():
                self.text += self.draft.text[len(self.text) : len(event.text)]
            case Wrote():
                self.text += "".join(step.text for step in event.steps)
            case Finished():
                self._passages_left -= 1

    @property
    def is_over(self) -> bool:
        """Whether all of it was written."""
        return self._passages_left == 0

    @property
    def verdict(self) -> str:
        """What came out, in a sentence."""
        draft = self.draft
        if self.text == draft.text:
            return "Written again from its seeds: the same poem, character for character."
        same = shared_beginning(self.text, draft.text)
        return f"Written again from its seeds, it differs from character {same + 1:,} on: processors round differently."
