from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parent.parent.parent / "page"


def build_module() -> ModuleType:
    """`page/build.py`, which lies in no package."""
    spec = importlib.util.spec_from_file_location("page_build", PAGE / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def page_folder(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The page as `make page` makes it."""
    if not (PAGE / "node_modules" / "onnxruntime-web").is_dir():
        pytest.skip("onnxruntime-web is not here: install Node 20 or newer, then make page/node_modules")
    return make_once("page", functools.partial(build_module().build))
