"""Poems that could not be saved so far. Knows nothing of screens."""

from __future__ import annotations

from rumi_tui.console.writing.draft import Draft


class Unsaved:
    """Holds on to poems until the library takes them."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = []

    def __bool__(self) -> bool:
        return bool(self._drafts)

    def watch(self, draft: Draft) -> None:
        """Holds on to a poem that could not be saved; where saving works again, saves all of them."""
        if draft.trouble is None:
            self.save()
        elif draft not in self._drafts:
            self._drafts.append(draft)

    def find(self, poem: int) -> Draft | None:
        """A poem that the library knows an older state of."""
        return next((draft for draft in self._drafts if draft.id == poem), None)

    def save(self) -> None:
        """Tries all of them again."""
        for draft in self._drafts:
            draft.save()
        self._drafts = [draft for draft in self._drafts if draft.trouble is not None]

    @property
    def text(self) -> str:
        """All of them, to be copied from somewhere else."""
        return "\n\n".join(draft.text for draft in self._drafts)
