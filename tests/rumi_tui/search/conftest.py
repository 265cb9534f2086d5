from __future__ import annotations

from pathlib import Path

import pytest
from encoder_support import write_encoder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See `write_encoder`."""
    return write_encoder(tmp_path_factory.mktemp("encoder") / "model")
