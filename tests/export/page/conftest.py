from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from export.page import build

PAGE = Path(build.__file__).parent


@pytest.fixture(scope="session")
def page_folder(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The page as `make page` makes it."""
    if not (PAGE / "node_modules" / "onnxruntime-web").is_dir():
        pytest.skip("onnxruntime-web is not here: install Node 20 or newer, then make export/page/node_modules")
    return make_once("page", build.build)
