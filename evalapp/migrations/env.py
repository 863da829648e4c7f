"""Alembic's entrance: the connection is handed over by `evalapp db`, never read from a file."""

from alembic import context

from evalapp.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="evalapp.core.base.",
)
with context.begin_transaction():
    context.run_migrations()
