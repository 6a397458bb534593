"""Alembic's environment: one open connection comes from `ivr.migrations.migrate`."""

from __future__ import annotations

from typing import Any

from alembic import context

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata


def is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Keep Alembic from offering to drop tables that another program keeps in this database."""
    return not (kind == "table" and reflected and name not in metadata.tables)


import_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=is_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
