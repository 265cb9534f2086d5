"""Work of a page that is done in a thread, so that keys are answered meanwhile."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from textual import work
from textual.dom import DOMNode
from textual.worker import Worker

Node = TypeVar("Node", bound=DOMNode)
Arguments = ParamSpec("Arguments")


def in_thread(
    group: str = "default", exclusive: bool = False
) -> Callable[[Callable[Concatenate[Node, Arguments], None]], Callable[Concatenate[Node, Arguments], Worker[None]]]:
    """A method that does its work in a thread when it is called, as a worker of its page.

    The options are those of `textual.work`, and `get_current_worker` tells the method its worker. With `thread=True`,
    `work` itself sets what that tells in the thread and leaves it there, so a thread that waits for other work keeps
    the page that was left, its widgets and all that was found for it. Here the work has a context of its own, see
    `asyncio.to_thread`, which ends with it.
    """

    def decorate(
        method: Callable[Concatenate[Node, Arguments], None],
    ) -> Callable[Concatenate[Node, Arguments], Worker[None]]:
        @work(group=group, exclusive=exclusive)
        @functools.wraps(method)
        async def work_in_thread(node: Node, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            await asyncio.to_thread(method, node, *args, **kwargs)

        return work_in_thread

    return decorate
