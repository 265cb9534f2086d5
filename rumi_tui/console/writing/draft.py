"""The poem that is being written, and its saving. Knows nothing of screens or of how verse comes about."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from models.errors import RumiError
from rumi_tui.engine.messages import Began, Event, Failed, Finished, Write, Wrote
from rumi_tui.engine.request import Keep, Request, Sampling
from rumi_tui.engine.written import Ending
from rumi_tui.library.poem import Branch, KeptPoem, Passage, prompt_of
from rumi_tui.library.real_verse import RealVerse, shared_beginning
from rumi_tui.library.store import Library

SAVE_SECONDS = 0.25
"""So that what was seen half a second ago is kept whatever happens, on a busy machine too; to save each character would
keep the disk busy for nothing."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a passage is written with."""

    model: str
    form: str
    sampling: Sampling
    seed: int
    lines: int
    pace: float | None = None
    """Characters a second, for a reader; None: as quickly as it goes."""
    metre: str = ""
    """As a person names it; empty: as the model likes."""
    rhyme: str = ""
    """What the lines that rhyme end in; empty: as the model likes."""
    keep: Keep = "off"
    """How the form is kept."""
    original: int | None = None
    """Lines that complete a copied run of so many words are refused; None: none are."""

    def meant_for(self, model: str, form: str) -> Settings:
        """The same for another model and form; what one model was to be told, another may not know."""
        if model != self.model:
            return msgspec.structs.replace(self, model=model, form=form, metre="", rhyme="")
        return msgspec.structs.replace(self, form=form)

    def request(self, text: str) -> Request:
        """To write on from a text. Raises `RumiError` for settings that nothing can be written with."""
        return Request(
            form=self.form,
            text=text,
            metre=self.metre,
            rhyme=self.rhyme,
            sampling=self.sampling,
            seed=self.seed,
            lines=self.lines,
            keep=self.keep,
            original=self.original,
        )


class Draft:
    """A poem that grows and is saved as it does.

    A save that fails loses nothing: the text stays here, `trouble` says why, and the next save tries all of it again.
    """

    def __init__(
        self,
        library: Library,
        model: str,
        model_sha256: str,
        form: str,
        text: str,
        branch: Branch | None = None,
        inherited_parts: Iterable[range] = (),
        title: str = "",
        real: RealVerse | None = None,
    ) -> None:
        """A poem of which a person gave `text`, or what follows the place where it branches.

        Of what comes before that place the person gave the `inherited_parts`.
        """
        self._library, self.branch, self._title = library, branch, title
        self.real = real
        """What of its beginning is Rumi's own."""
        self.model, self.model_sha256, self.form, self.text = model, model_sha256, form, text
        begin = branch.at if branch else 0
        shared_parts = [range(part.start, min(part.stop, begin)) for part in inherited_parts if part.start < begin]
        self.given = [*shared_parts, range(begin, len(text))]
        """The parts of the text that a person gave, in its order."""
        self.passages: list[Passage] = []
        self.trouble: str | None = None
        """Why the last save failed; None when all is kept."""
        self.id: int | None = None
        """In the library; None until it was saved once."""
        self._saved_passages: list[Passage] = []
        self._saved_text = ""
        self._saved_at = 0.0

    @classmethod
    def reopen(cls, library: Library, poem: KeptPoem) -> Draft:
        """A poem of the library, to go on with. Raises `RumiError` where the library cannot be read."""
        draft = cls(library, poem.model, poem.model_sha256, poem.form, poem.text, poem.branch, real=poem.real)
        draft.id = poem.id
        draft.given = library.given(poem)
        draft.passages = list(poem.passages)
        draft._saved_passages, draft._saved_text = list(poem.passages), poem.text
        return draft

    @property
    def is_typed(self) -> bool:
        """Whether all of it is by hand, so that no model has fitted it to its characters yet."""
        return not self.passages

    @property
    def prompt(self) -> str:
        """What the person gave it to begin with."""
        return prompt_of(self.text, self.passages)

    def metre_at(self, length: int) -> str:
        """The metre of what was written there, after so many characters; empty for none."""
        metres = [each.named_metre or each.metre for each in self.passages if each.begins_at <= length]
        return metres[-1] if metres else ""

    def begin_passage(self, passage: Passage) -> None:
        """Goes on under new settings from here, in place of a passage in which nothing was written."""
        self.passages = [each for each in self.passages if each.begins_at < passage.begins_at] + [passage]
        self.save()

    def append(self, text: str) -> None:
        """Adds what was written, and saves if the last save was long enough ago."""
        self.text += text
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save()

    def finish(self, ending: Ending | None, metre: str) -> None:
        """Notes why the passage stopped and in what metre it is, and saves."""
        self.passages[-1] = msgspec.structs.replace(self.passages[-1], ending=ending, named_metre=metre)
        self.save()

    def save(self) -> None:
        """Saves everything that is not yet saved, once there is anything.

        Where another console has gone on with the poem meanwhile, that stays as it is, and this is a poem of its own.
        """
        if self.id is None and not self.text:
            return
        self._saved_at = time.monotonic()
        changed_passages = [passage for passage in self.passages if passage not in self._saved_passages]
        if self.id is not None and not changed_passages and self.text == self._saved_text:
            self.trouble = None
            return
        try:
            known = self._saved_text, len(self._saved_passages)
            if self.id is not None and not self._library.save(self.id, self.text, changed_passages, known):
                self._leave(self.id)
            if self.id is None:
                self._begin()
            self._saved_text, self._saved_passages = self.text, list(self.passages)
            self.trouble = None
        except RumiError as error:
            self.trouble = str(error)

    def _leave(self, poem: int) -> None:
        """Becomes a branch of its poem in the library, or in the middle of a passage a poem beside it."""
        at = len(self._saved_text)
        if own_passages := [passage for passage in self.passages if passage.begins_at >= at]:
            self.branch, self.passages = Branch(poem, at), own_passages
        self.id, self._saved_passages = None, []

    def _begin(self) -> None:
        with self._library.all_or_nothing():
            id = self._library.begin(self.model, self.model_sha256, self.form, self.text, self.branch, self.real)
            if self._title:
                self._library.name(id, self._title, ())
            self._library.save(id, self.text, self.passages)
        self.id = id


class Job:
    """One command to write, and the poem that grows by it."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        text: str,
        is_typed: bool,
        draft: Draft | None = None,
        like: Draft | None = None,
        branch: Branch | None = None,
        title: str = "",
        real: RealVerse | None = None,
    ) -> None:
        """To write on from `text`, which was typed, or stands already, or begins with `real` verse.

        More of `draft`, or a new poem, which may leave another at `branch` and shares with it what `like` was given.
        """
        self._library, self.settings, self._text, self._is_typed = library, settings, text, is_typed
        self._like, self._branch, self._title, self._real = like, branch, title, real
        self.draft = draft
        """The poem that grows; None until a new one has begun.

        Where the model file has changed since, or does not know all that was typed, a new poem goes on from the old
        one's text, which stays as it was.
        """
        self._has_begun = False

    def commands(self) -> list[Write]:
        """For the writing process. Raises `RumiError` for settings that nothing can be written with."""
        settings = self.settings
        return [Write(settings.model, settings.request(self._text), self._is_typed, settings.pace)]

    def handle(self, event: Event) -> None:
        """Lets the poem grow by what the writing process writes."""
        if isinstance(event, Began):
            self._begin(event)
        if self.draft is None or not self._has_begun:  # it was stopped before it began, or could not begin
            return
        if isinstance(event, Wrote):
            self.draft.append("".join(step.text for step in event.steps))
        elif isinstance(event, Finished):
            self.draft.finish(event.ending, event.metre)
        elif isinstance(event, Failed):
            self.draft.save()

    def _begin(self, began: Began) -> None:
        self._has_begun = True
        settings, branch, like = self.settings, self._branch, self._like
        draft = self.draft
        if draft and not (draft.model_sha256 == began.model_sha256 and began.text.startswith(draft.text)):
            like = draft
            branch = Branch(like.id, len(like.text)) if like.id is not None else None
            self.draft = None
        if self.draft is None:
            if branch is not None:  # what was typed may have been fitted to the model's characters
                branch = Branch(branch.parent, min(branch.at, shared_beginning(self._text, began.text)))
            inherited_parts = like.given if like and branch else ()
            text, real = (like.text, like.real) if like else (self._text, self._real)
            real = real and real.changed(text, began.text, "hand" if self._is_typed else "machine")
            self.draft = Draft(
                self._library,
                settings.model,
                began.model_sha256,
                settings.form,
                began.text,
                branch,
                inherited_parts,
                self._title,
                real,
            )
        self.draft.text = began.text
        passage = Passage(
            begins_at=len(began.text),
            seed=settings.seed,
            lines=settings.lines,
            sampling=settings.sampling,
            metre=settings.metre,
            rhyme=settings.rhyme,
            keep=settings.keep,
            original=settings.original,
        )
        self.draft.begin_passage(passage)
