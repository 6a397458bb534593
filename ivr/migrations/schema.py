"""The list of modules that declare tables; importing them fills the metadata."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parents[1]
TABLE_MODULES = ("engine/journal.py", "engine/claims.py")


def import_tables() -> list[str]:
    """Import every module that declares tables: the engine's, and each room's own `tables.py`."""
    rooms = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/tables.py"))
    names = [f"ivr.{path.removesuffix('.py').replace('/', '.')}" for path in (*TABLE_MODULES, *rooms)]
    for name in names:
        import_module(name)
    return names
