"""Run by alembic; the connection comes from `dialer.adapters.sql.db.migrate`."""

from alembic import context

from dialer.adapters.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
