"""A footer that fits the moment. Knows nothing of what the actions do."""

from __future__ import annotations

from textual.binding import ActiveBinding
from textual.screen import Screen

from rumi_tui.console.actions import WRITING, Action, Moment


class FittingScreen(Screen[None]):
    """Shows only what can be done now; another key is heard all the same, so that its action can say why not."""

    def moments(self) -> set[Moment]:
        """What is going on."""
        raise NotImplementedError

    def fitting_actions(self) -> list[Action]:
        """What can be done now."""
        moments = self.moments()
        return [action for action in WRITING if action.needs is None or action.needs in moments]

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The bindings that the footer shows."""
        hidden = {action.name for action in WRITING} - {action.name for action in self.fitting_actions()}
        return {key: active for key, active in super().active_bindings.items() if active.binding.action not in hidden}
