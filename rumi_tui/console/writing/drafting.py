"""Several poems of one beginning, one after the other, as branches of one tree. Knows nothing of screens."""

from __future__ import annotations

import msgspec

from rumi_tui.console.writing.draft import Draft, Job, Settings
from rumi_tui.engine.messages import Began, Event, Failed, Finished, Write
from rumi_tui.engine.request import LARGEST_SEED
from rumi_tui.library.poem import Branch
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library

DRAFTS = 6
"""Enough for a choice, and few enough to be read; a kept poem takes some seconds."""


class Drafting:
    """A job of `DRAFTS` poems with seeds that follow each other. Each is saved as it grows.

    The first stands at the root of a tree, where `like` is no branch, and the others leave it at its beginning.
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        text: str,
        is_typed: bool,
        like: Draft | None = None,
        title: str = "",
        real: RealVerse | None = None,
    ) -> None:
        """To write on from `text`, which was typed, is `real` verse, or stands as the beginning of `like`, a branch."""
        self._library, self._text, self._is_typed, self._title, self._real = library, text, is_typed, title, real
        self._like, self._branch = like, like.branch if like else None
        self._settings = msgspec.structs.replace(settings, pace=None)
        self._job: Job | None = None
        self._left = DRAFTS
        self.drafts: list[Draft] = []
        """Those that have begun, in their order."""

    @property
    def draft(self) -> Draft | None:
        """The one that has begun last."""
        return self.drafts[-1] if self.drafts else None

    @property
    def is_over(self) -> bool:
        """Whether all of them were written."""
        return self._left == 0

    def commands(self) -> list[Write]:
        """For the writing process. Raises `RumiError` for settings that nothing can be written with."""
        settings = [self._settings_of(number) for number in range(DRAFTS)]
        return [Write(each.model, each.request(self._text), self._is_typed, is_ranked=True) for each in settings]

    def handle(self, event: Event) -> None:
        """Lets the poem grow that is being written."""
        if isinstance(event, Began):
            self._job = Job(
                self._library,
                self._settings_of(len(self.drafts)),
                event.text,  # so that the branches leave each other where the beginning ends as the model knows it
                self._is_typed,
                like=self._like,
                branch=self._branch,
                title=self._title,
                real=self._real and self._real.changed(self._text, event.text, "hand"),
            )
        if self._job is None:
            return
        self._job.handle(event)
        if isinstance(event, Began) and (draft := self._job.draft):
            self.drafts.append(draft)
            if self._branch is None and draft.id is not None:
                self._like, self._branch = draft, Branch(draft.id, len(event.text))
        elif isinstance(event, Finished | Failed):
            self._job = None
            self._left -= 1

    def _settings_of(self, number: int) -> Settings:
        return msgspec.structs.replace(self._settings, seed=(self._settings.seed + number) % (LARGEST_SEED + 1))
