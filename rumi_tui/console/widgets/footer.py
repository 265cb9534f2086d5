"""The last row of a page: the keys of the moment."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

MORE = "…"
"""Stands for keys for which there is no room."""


class ShownKey(NamedTuple):
    """A key in the row."""

    key: str
    """As Textual names it."""
    display: str
    """As a person reads it."""
    title: str
    help: str
    action: str
    is_enabled: bool

    @property
    def words(self) -> tuple[str, str]:
        """What stands in the row: the key, and what it does."""
        return f" {self.display} ", f"{self.title} "


class KeyRow(Widget):
    """The keys that can be pressed now, and what each does. A click on one presses it, the pointer on it has it told.

    It is drawn as a whole. The footer of Textual makes a widget for each key whenever the keys change, which costs a
    tenth of the time of a console in which somebody types, and some of these are never let go of.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--title", "keys--pointed"}
    DEFAULT_CSS = """
    KeyRow {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        & > .keys--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        & > .keys--title {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        & > .keys--pointed {
            background: $block-hover-background;
        }
    }
    """

    keys: reactive[tuple[ShownKey, ...]] = reactive(())
    pointed: reactive[str] = reactive("")
    """The key under the pointer."""

    def on_mount(self) -> None:
        """Follows the keys of its page."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def _follow(self, screen: Screen[object]) -> None:
        if not self.app.app_focus or screen is not self.screen:
            return
        shown: dict[str, ShownKey] = {}
        for _, binding, is_enabled, tooltip in screen.active_bindings.values():
            if binding.show:
                display, help = self.app.get_key_display(binding), tooltip or binding.tooltip
                key = ShownKey(binding.key, display, binding.description, help, binding.action, is_enabled)
                shown.setdefault(binding.action, key)
        self.keys = tuple(shown.values())

    def render(self) -> Text:
        """The keys from left to right, as many as there is room for; an ellipsis stands for the others."""
        row, room = Text(no_wrap=True), self.size.width
        pointed = self.get_component_rich_style("keys--pointed", partial=True)
        styles = [self.get_component_rich_style(f"keys--{name}") for name in ("key", "title")]
        for number, key in enumerate(self.keys, 1):
            behind = -1 if number == len(self.keys) else cell_len(MORE)  # the last blank may be missing
            if row.cell_len + cell_len("".join(key.words)) + behind > room:
                row.append(MORE, styles[-1])
                break
            more = Style(dim=not key.is_enabled or None, meta={"key": key.key if key.is_enabled else ""})
            if key.key == self.pointed:
                more = pointed + more
            for words, style in zip(key.words, styles, strict=True):
                row.append(words, style + more)
        return row

    def on_click(self, event: events.Click) -> None:
        """Presses the key that was clicked on."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tells of the key under the pointer."""
        self.pointed = event.style.meta.get("key", "")

    def on_leave(self) -> None:
        """Tells of none any longer."""
        self.pointed = ""

    def watch_pointed(self, pointed: str) -> None:
        """Says in a tooltip what the key does."""
        self.tooltip = next((key.help for key in self.keys if key.key == pointed), None)
