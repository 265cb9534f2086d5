"""What stands on the page, and the steps that led there. Knows nothing of screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from msgspec import Meta

from rumi_tui.console.writing.draft import Draft
from rumi_tui.library.poem import LARGEST_SEED, Branch


@dataclass(frozen=True)
class Snapshot:
    """A poem as it stands on the page."""

    draft: Draft
    length: int | None = None
    """Only its first characters; None: all of it, however it grows."""

    @property
    def text(self) -> str:
        """What is on the page."""
        return self.draft.text[: self.length]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the poem is hidden, so that what is written next belongs to it."""
        return self.length is None or self.length == len(self.draft.text)

    @property
    def metre(self) -> str:
        """What the last passage on the page is written in; empty for none."""
        return self.draft.metre_at(len(self.text))

    def held(self) -> Snapshot:
        """The same, however the poem grows from now on."""
        return replace(self, length=len(self.text))

    def branch(self, at: int | None = None) -> Branch | None:
        """Where a poem leaves this one: after `at` characters, or all that stand. None where this one is not kept."""
        if self.draft.id is None:
            return None
        return Branch(self.draft.id, len(self.text) if at is None else min(at, len(self.text)))


@dataclass(frozen=True)
class Change:
    """Settings that a command changed, by their names."""

    before: Mapping[str, str]
    """As they are typed."""
    after: Mapping[str, str]


Count = Annotated[int, Meta(ge=0, le=LARGEST_SEED)]
"""That SQLite takes."""


class Step(msgspec.Struct, frozen=True):
    """A step as it is saved."""

    poem: Count | None
    """What stands there, by its number in the library; None: nothing."""
    length: Count | None = None
    """See `Snapshot.length`."""
    before: dict[str, str] = {}
    """See `Change`; empty where no settings were changed."""
    after: dict[str, str] = {}


STEPS = 100
"""That can be taken back, and are saved: each holds on to a poem, and a console that is never closed does not grow."""


class History:
    """Steps can be taken back and taken again; poems are never changed by it."""

    def __init__(self) -> None:
        self._snapshots: list[Snapshot | None] = [None]
        """From the empty page on."""
        self._changes: list[Change | None] = [None]
        """For each of them, what was changed in the settings where that was the step; nothing on the page is new."""
        self._number = 0

    @property
    def now(self) -> Snapshot | None:
        """What stands there; None: nothing yet."""
        return self._snapshots[self._number]

    @property
    def change(self) -> Change | None:
        """What was changed in the settings by the last step; None where it was another."""
        return self._changes[self._number]

    @property
    def next_change(self) -> Change | None:
        """What was changed in the settings by the step that was taken back last; None where it was another."""
        return self._changes[self._number + 1] if self._number + 1 < len(self._changes) else None

    def hold(self) -> None:
        """Notes how far the poem has come, before the next step lets it grow."""
        if (now := self.now) is not None:
            held = now.held()
            self._snapshots = [held if snapshot == now else snapshot for snapshot in self._snapshots]

    def turn_to(self, draft: Draft) -> None:
        """A step: this poem stands there from now on. The steps that were taken back are gone."""
        self.hold()
        self._step(Snapshot(draft), None)

    def note(self, change: Change) -> None:
        """A step: settings were changed."""
        self._step(self.now, change)

    def clear(self, change: Change | None) -> None:
        """A step: nothing stands there from now on, and settings may be changed."""
        self.hold()
        self._step(None, change)

    def leaves_page(self, step: int) -> bool:
        """Whether a step back (-1) or on (1) leaves what stands there, as where only settings were changed."""
        number = self._number + step
        return 0 <= number < len(self._snapshots) and self._snapshots[number] == self.now

    def _step(self, snapshot: Snapshot | None, change: Change | None) -> None:
        self._number += 1
        self._snapshots[self._number :], self._changes[self._number :] = [snapshot], [change]
        over = max(0, len(self._snapshots) - STEPS - 1)
        del self._snapshots[:over], self._changes[:over]
        self._number -= over

    def undo(self) -> bool:
        """Takes the last step back; whether there was one."""
        has_step = self._number > 0
        if has_step:
            self.hold()
            self._number -= 1
        return has_step

    def redo(self) -> bool:
        """Takes the step again that was taken back last; whether there was one."""
        has_step = self._number + 1 < len(self._snapshots)
        self._number += has_step
        return has_step

    def saved(self) -> tuple[list[Step], int]:
        """All steps, and which of them is shown. A poem that the library never took is left out."""
        steps, number = list[Step](), 0
        for at, (snapshot, change) in enumerate(zip(self._snapshots, self._changes, strict=True)):
            if snapshot is None or snapshot.draft.id is not None:
                before, after = (dict(change.before), dict(change.after)) if change else ({}, {})
                poem, length = (snapshot.draft.id, snapshot.length) if snapshot else (None, None)
                steps.append(Step(poem, length, before, after))
                number += at <= self._number
        return steps, max(0, number - 1)

    def take_up(self, steps: Sequence[Step], number: int, find: Callable[[int], Draft | None]) -> None:
        """Takes the steps of another session for its own, without those whose poem is not to be found any more."""
        snapshots, changes, shown = list[Snapshot | None](), list[Change | None](), 0
        for at, step in enumerate(steps):
            draft = find(step.poem) if step.poem is not None else None
            if draft is not None or step.poem is None:
                snapshots.append(Snapshot(draft, step.length) if draft else None)
                changes.append(Change(step.before, step.after) if step.before or step.after else None)
                shown += at <= number
        if snapshots:
            self._snapshots, self._changes, self._number = snapshots, changes, max(0, shown - 1)
