"""The ways into the commands of training, see `rumi_tui.entry`."""

from rumi_tui.interruptions import quiet_ctrl_c


def train_main() -> None:
    """Entry point of rumi-train."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from training.cli import train_app

    run(train_app)


def eval_main() -> None:
    """Entry point of rumi-eval."""
    quiet_ctrl_c()
    from rumi_tui.command_line import run
    from training.cli import eval_app

    run(eval_app)
