"""Everything a person can do in the console, once: key bindings, palette and help are made from this."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

Moment = Literal["writing", "rest", "poem"]
"""Something is being written; a poem stands on the page and nothing is being written; a poem stands there."""


@dataclass(frozen=True)
class Action:
    """One thing to do."""

    name: str
    """The method `action_NAME` of the writing screen or the app that does it."""
    key: str
    """In Textual's spelling."""
    title: str
    """One or two words for the footer."""
    help: str
    """One sentence."""
    in_footer: bool = True
    needs: Moment | None = None
    """When it can be done; None: always."""
    key_in_browser: str = ""
    """Where a browser keeps `key` for itself; empty: `key` there too."""

    @property
    def command(self) -> str:
        """The name as it is typed, into the prompt and into the settings."""
        return self.name.removeprefix("show_").replace("_", "-")

    def binding(self, first: bool) -> Binding:
        """For Textual; `first` where no widget in front may take the key."""
        return Binding(
            self.key, self.name, self.title, show=self.in_footer, tooltip=self.help, priority=first, id=self.name
        )


WRITING = (
    Action("stop", "escape", "Stop", "Stop writing and keep what is there.", needs="writing"),
    Action(
        "again",
        "ctrl+r",
        "Again",
        "Write another poem from the same beginning, with a new seed if none is set.",
        needs="poem",
    ),
    Action(
        "drafts",
        "ctrl+d",
        "Drafts",
        "Write several poems from one beginning, side by side, and keep the one you choose.",
        in_footer=False,
    ),
    Action("go_on", "ctrl+g", "Go on", "Continue the poem from where it stands.", needs="rest"),
    Action(
        "lens",
        "f2",
        "Lens",
        "See what the model thought at every character, word and line, and choose another.",
        needs="poem",
    ),
    Action(
        "marks",
        "alt+m",
        "Marks",
        "Mark rhymes and refrain in the poem, its feet or syllables, and what breaks the form.",
        in_footer=False,
    ),
    Action("line", "alt+l", "Line", "Rewrite one line of the poem the way you want it.", in_footer=False, needs="poem"),
    Action("tree", "f3", "Tree", "See all branches of the poem.", in_footer=False, needs="poem"),
    Action(
        "next_branch",
        "ctrl+n",
        "Next branch",
        "Go to the next branch of the poem.",
        in_footer=False,
        needs="poem",
        key_in_browser="alt+j",
    ),
    Action("undo", "f5", "Undo", "Undo the last step; what was written stays in the library.", in_footer=False),
    Action("redo", "f6", "Redo", "Redo the step that was undone.", in_footer=False),
    Action(
        "new",
        "alt+a",
        "New",
        "Begin afresh: an empty page, and all settings but the model as in the settings file.",
        in_footer=False,
    ),
    Action("edit", "f8", "Edit", "Change the poem by hand, and go on from the cursor.", needs="poem"),
    Action(
        "editor",
        "alt+e",
        "Editor",
        "Open what you type, or else the poem, in your own editor ($VISUAL or $EDITOR).",
        in_footer=False,
    ),
    Action(
        "same_again",
        "f7",
        "Same again",
        "Write the poem again from its seeds, and compare letter by letter, once it is done.",
        in_footer=False,
        needs="poem",
    ),
    Action(
        "lock_seed", "f9", "Lock seed", "Keep the seed of the poem for the next ones, or release it.", in_footer=False
    ),
    Action("name", "ctrl+o", "Name", "Give the poem a title and tags.", in_footer=False, needs="poem"),
    Action("copy", "ctrl+y", "Copy", "Copy the poem.", in_footer=False, needs="poem"),
    Action(
        "export",
        "ctrl+s",
        "Save as",
        "Save the poem as a file: text, Markdown, a page, a card, pages to print, JSON.",
        needs="poem",
    ),
    Action("print", "alt+p", "Print", "Send the poem to the printer.", in_footer=False, needs="poem"),
    Action("ask", "ctrl+k", "Ask", "Ask a question, and read what Rumi wrote about it."),
    Action("search", "ctrl+f", "Search", "Search Rumi's verse for words.", in_footer=False),
    Action(
        "read",
        "ctrl+b",
        "Read",
        "Read Rumi's works: a poem by its place, from the contents, or at random.",
        in_footer=False,
    ),
    Action(
        "cento",
        "alt+c",
        "Cento",
        "Make a new poem of Rumi's own couplets around a word, and have the machine try the same.",
        in_footer=False,
    ),
    Action(
        "gloss",
        "alt+g",
        "Gloss",
        "Show the likeliest English of each Persian word of the poem.",
        in_footer=False,
        needs="poem",
    ),
    Action(
        "show_focus",
        "alt+z",
        "Focus",
        "Show only the poem and the prompt, or settings and keys again.",
        in_footer=False,
    ),
    Action(
        "beside",
        "alt+s",
        "Beside",
        "Show beside the poem, on a wide screen, what Rumi wrote, or the branches, or nothing.",
        in_footer=False,
    ),
    Action("library", "ctrl+l", "Library", "Browse your poems."),
    Action(
        "import",
        "alt+i",
        "Import",
        "Add poems from a JSON file that was saved here: one poem, or a whole library.",
        in_footer=False,
    ),
    Action(
        "next_model",
        "ctrl+t",
        "Language",
        "Switch between the English and the Persian model.",
        in_footer=False,
        key_in_browser="alt+k",
    ),
)
"""What the writing screen does, beside Enter in the prompt."""

MESSAGES = Action("messages", "alt+n", "Messages", "Read again what the console has told you.", in_footer=False)

SCROLLING = {
    "pageup": "page_up",
    "pagedown": "page_down",
    "ctrl+up": "scroll_up",
    "ctrl+down": "scroll_down",
    "ctrl+home": "scroll_home",
    "ctrl+end": "scroll_end",
}
"""Keys that move the poem on the writing screen, and how."""

EVERYWHERE = (
    Action("show_help", "f1", "Help", "Show every key and command."),
    Action("tour", "f12", "Tour", "Show the three introductory pages.", in_footer=False),
    Action("settings", "f4", "Settings", "Change the defaults, the colours and the keys.", in_footer=False),
    MESSAGES,
    Action(
        "fetch",
        "alt+t",
        "Fetch",
        "Download Rumi's verse, once, while you go on writing.",
        in_footer=False,
    ),
    Action("quit", "ctrl+q", "Quit", "Quit; every poem is saved.", key_in_browser="alt+q"),
)
"""What the app does on every screen."""


def fitting(moments: Set[Moment]) -> list[Action]:
    """What the writing screen can do in these moments."""
    return [action for action in WRITING if action.needs is None or action.needs in moments]


def bindings(actions: tuple[Action, ...]) -> list[BindingType]:
    """The key bindings of some actions."""
    return [action.binding(first=action.name != "stop") for action in actions]  # a list of choices closes first


def closing(name: str, method: str) -> list[BindingType]:
    """What leads back, by a method of it, from the page that an action opens: Escape, and the key that opened it."""
    action = next(action for action in WRITING if action.name == name)
    return [
        Binding("escape", method, "Back", priority=True),
        Binding(action.key, method, show=False, priority=True, id=name),
    ]
