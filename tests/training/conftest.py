from __future__ import annotations

import pytest


@pytest.fixture
def pictures() -> None:
    """Has the curve of a run drawn, for whoever looks at it."""


@pytest.fixture(autouse=True)
def _without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves `loss.png` empty, for to draw it takes longer than to train a small model for a few steps."""
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda *_, **__: None)
