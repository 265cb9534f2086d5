"""A poem changed by hand, here or in the person's own editor, where a prompt can be written too."""

from __future__ import annotations

import os
from functools import partial

from textual.app import SuspendNotSupported

from models.errors import RumiError
from rumi_tui.bidi import terminal_orders
from rumi_tui.console.complaints import complaining
from rumi_tui.console.editor import change_in_editor, editor_command
from rumi_tui.console.screens.arranging import ArrangingScreen
from rumi_tui.console.screens.edit import Edited, EditScreen
from rumi_tui.console.screens.prompting import TO_WRITE
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.verse_area import VerseArea
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.library.real_verse import shared_beginning

BY_HAND = "changed by hand"
UNCHANGED = "Nothing was changed."
PROMPT, POEM = "prompt", "poem"
"""What can be opened in the editor."""


class EditingScreen(ArrangingScreen):
    """A screen with a poem that can be changed."""

    async def _branch(self, snapshot: Snapshot, text: str, at: int, is_typed: bool) -> None:
        raise NotImplementedError

    def _watch_saving(self, draft: Draft) -> None:
        raise NotImplementedError

    async def action_edit(self) -> None:
        """Lets the person change the poem."""
        await self._desk.finish()
        if snapshot := self._snapshot():
            self.app.push_screen(EditScreen(snapshot.text, self._mode), partial(self._take_edited, snapshot.held()))

    async def _take_edited(self, snapshot: Snapshot, edit: Edited | None) -> None:
        if edit is None:
            return
        shared_length = shared_beginning(edit.text, snapshot.text)
        if edit.goes_on and edit.text == snapshot.text:
            await self._attempt(TO_WRITE, partial(self._write_more, snapshot))
        elif edit.goes_on:
            await self._branch(snapshot, edit.text, shared_length, is_typed=True)
        elif edit.text != snapshot.text and edit.text.strip():
            await self._change_by_hand(snapshot, edit.text, shared_length, BY_HAND)
        elif edit.text != snapshot.text:
            self.notify(UNCHANGED)

    async def _write_more(self, snapshot: Snapshot) -> None:
        await self._desk.go_on(self._settings(), snapshot)

    async def _change_by_hand(self, snapshot: Snapshot, text: str, at: int, words: str) -> None:
        """A poem that has begun meanwhile, under the dialog where this one was changed, is stopped."""
        await self._desk.finish()
        self._watch_saving(self._desk.change_by_hand(snapshot, text, at))
        self._show(words)

    async def action_editor(self, what: str = "") -> None:
        """Opens the prompt or the poem in the person's own editor.

        Where neither is named: the prompt, if something stands there that no poem begins with yet, or else the poem.
        """
        prompt = self.query_one(Prompt)
        with complaining(self):
            if what not in ("", PROMPT, POEM):
                raise RumiError(f"The editor opens the {PROMPT} or the {POEM}: type one of them, or nothing.")
            if what == PROMPT or (not what and (prompt.unsent_verse or self._desk.now is None)):
                verse = prompt.verse
                new_text = self._edit(verse, PROMPT, Prompt.LONGEST)
                prompt.put_verse(new_text)
                self.notify("The prompt is as you left it in the editor." if new_text != verse else UNCHANGED)
            else:
                await self._edit_poem()

    async def _edit_poem(self) -> None:
        """What comes back is a branch, and the person's; the poem stays as it was."""
        await self._desk.finish()
        if (snapshot := self._snapshot()) is None:
            return
        new_text = self._edit(snapshot.text, POEM, max(VerseArea.LONGEST, len(snapshot.text)))
        if new_text in ("", snapshot.text.rstrip("\n")):
            self.notify(UNCHANGED)
        else:
            await self._change_by_hand(snapshot, new_text, shared_beginning(new_text, snapshot.text), BY_HAND)

    def _edit(self, text: str, name: str, most: int | None) -> str:
        """A text as the editor left it, to which the terminal was lent. Raises `RumiError` where that cannot be."""
        command = editor_command(os.environ)
        trouble: RumiError | None = None
        try:
            with self.app.suspend(), terminal_orders(self._mode):
                try:
                    text = change_in_editor(text, command, f"{name}.txt", most)
                except RumiError as error:  # Textual would not take the terminal back
                    trouble = error
        except SuspendNotSupported as error:
            raise RumiError("Only a terminal can be lent to your editor: F8 changes the poem here.") from error
        if trouble is not None:
            raise trouble
        return text
