"""The poem that is being written, and its saving. Knows nothing of screens or of how verse comes about."""

from __future__ import annotations

import time

import msgspec

from models.errors import RumiError
from rumi_tui.engine.generate import Ending, Request
from rumi_tui.engine.messages import Began, Failed, Finished, Report, Write, Wrote
from rumi_tui.engine.sampling import Sampling
from rumi_tui.library.store import Branch, KeptPoem, Library, Passage

SAVE_SECONDS = 0.4
"""At most this much verse is lost when the power fails; saving each character would keep the disk busy for nothing."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a passage is written with."""

    model: str
    form: str
    sampling: Sampling
    seed: int
    lines: int
    pace: float | None = None
    """Characters a second, for a reader; None: as quickly as it goes."""

    def request(self, text: str) -> Request:
        """To write on from a text. Raises `RumiError` for settings that nothing can be written with."""
        return Request(form=self.form, text=text, sampling=self.sampling, seed=self.seed, lines=self.lines)


class Draft:
    """A poem that grows and is saved as it does.

    A save that fails loses nothing: the text stays here, `trouble` says why, and the next save tries all of it again.
    """

    def __init__(
        self, library: Library, model: str, model_sha256: str, form: str, text: str, branch: Branch | None = None
    ) -> None:
        self._library, self.branch = library, branch
        self.model, self.model_sha256, self.form, self.text = model, model_sha256, form, text
        self.passages: list[Passage] = []
        self.trouble: str | None = None
        """Why the last save failed; None when all is kept."""
        self.id: int | None = None
        """In the library; None until it was saved once."""
        self._saved_passages: list[Passage] = []
        self._saved_at = 0.0

    @classmethod
    def reopen(cls, library: Library, kept: KeptPoem) -> Draft:
        """A poem of the library, to go on with."""
        draft = cls(library, kept.model, kept.model_sha256, kept.form, kept.text, kept.branch)
        draft.id = kept.id
        draft.passages = list(kept.passages)
        draft._saved_passages = list(kept.passages)
        return draft

    @property
    def prompt(self) -> str:
        """What the person gave it to begin with."""
        return self.text[: self.passages[0].begins_at] if self.passages else self.text

    def begin_passage(self, passage: Passage) -> None:
        """Goes on under new settings from here."""
        self.passages.append(passage)
        self.save()

    def append(self, text: str) -> None:
        """Adds what was written, and saves if the last save was long enough ago."""
        self.text += text
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save()

    def finish(self, ending: Ending | None) -> None:
        """Notes why the passage stopped, and saves."""
        self.passages[-1] = msgspec.structs.replace(self.passages[-1], ending=ending)
        self.save()

    def save(self) -> None:
        """Saves everything that is not yet saved."""
        self._saved_at = time.monotonic()
        try:
            if self.id is None:
                self.id = self._library.begin(self.model, self.model_sha256, self.form, self.text, self.branch)
            changed = [passage for passage in self.passages if passage not in self._saved_passages]
            self._library.save(self.id, self.text, changed)
            self._saved_passages = list(self.passages)
            self.trouble = None
        except RumiError as error:
            self.trouble = str(error)


class Job:
    """One order to write, and the poem that grows by it."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        text: str,
        typed: bool,
        draft: Draft | None = None,
        branch: Branch | None = None,
    ) -> None:
        self._library, self.settings, self._text, self._typed = library, settings, text, typed
        self._branch = branch
        """Where a new poem leaves another, if it does."""
        self.draft = draft
        """The poem to go on with; None until a new one has begun.

        Where the model file has changed since, a new poem goes on from the old one's text, which stays as it was.
        """

    def order(self) -> Write:
        """For the writing process. Raises `RumiError` for settings that nothing can be written with."""
        settings = self.settings
        return Write(settings.model, settings.request(self._text), self._typed, settings.pace)

    def hear(self, report: Report) -> None:
        """Lets the poem grow by what the writing process reports."""
        settings = self.settings
        if isinstance(report, Began):
            if self.draft is None or self.draft.model_sha256 != report.model_sha256:
                self.draft = Draft(
                    self._library, settings.model, report.model_sha256, settings.form, report.text, self._branch
                )
            self.draft.text = report.text
            passage = Passage(
                begins_at=len(report.text), seed=settings.seed, lines=settings.lines, sampling=settings.sampling
            )
            self.draft.begin_passage(passage)
        elif self.draft is not None and isinstance(report, Wrote):
            self.draft.append("".join(step.text for step in report.steps))
        elif self.draft is not None and isinstance(report, Finished):
            self.draft.finish(report.ending)
        elif self.draft is not None and isinstance(report, Failed):
            self.draft.save()
