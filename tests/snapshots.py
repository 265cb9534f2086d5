"""Pictures of the console that are compared with stored ones.

pytest-textual-snapshot is not used because it holds pytest back.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

ACCEPT = "RUMI_ACCEPT_SNAPSHOTS"
"""Set in the environment, it makes what is seen the stored picture."""


def difference(seen: str, stored: Path) -> str:
    """Why a picture is not the stored one, and what to do; empty where it is. Writes the new one beside the old."""
    new = stored.with_suffix(".new.svg")
    if os.environ.get(ACCEPT):
        stored.parent.mkdir(exist_ok=True)
        stored.write_text(seen, "utf-8")
    if stored.exists() and stored.read_text("utf-8") == seen:
        new.unlink(missing_ok=True)
        return ""
    new.write_text(seen, "utf-8")
    old = stored.read_text("utf-8").splitlines() if stored.exists() else []
    lines = sum((Counter(seen.splitlines()) - Counter(old)).values())
    what = f"{lines} of its lines are new" if old else "there is none yet"
    return f"{stored.name}: {what}; look at {new}, and accept it with {ACCEPT}=1."
