"""Alembic's entry: the connection that service.db hands over in, the schema brought up to date."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
