"""The way into the command of export, see `rumi_tui.entry`."""

from rumi_tui.interruptions import quiet_ctrl_c


def export_main() -> None:
    """Entry point of rumi-export."""
    quiet_ctrl_c()
    from export.cli import export_app
    from rumi_tui.command_line import run

    run(export_app)
