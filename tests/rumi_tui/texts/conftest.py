from __future__ import annotations

from collections.abc import Iterator

import pytest
from publisher import Server

from rumi_tui.texts import download


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    server = Server()
    yield server
    server.close()
