"""The ways into the commands: nothing that they need is imported before Ctrl-C is quiet, for it takes a while."""

from rumi_tui.interruptions import quiet_ctrl_c


def tui_main() -> None:
    """Entry point of rumi-tui."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from rumi_tui.commands.tui import tui_app

    run(tui_app)


def generate_main() -> None:
    """Entry point of rumi-generate."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from rumi_tui.commands.generate import generate_app

    run(generate_app)


def corpus_main() -> None:
    """Entry point of rumi-corpus."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from rumi_tui.commands.corpus import corpus_app

    run(corpus_app)


def ask_main() -> None:
    """Entry point of rumi-ask."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from rumi_tui.commands.ask import ask_app

    run(ask_app)
