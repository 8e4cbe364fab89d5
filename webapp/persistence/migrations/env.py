"""How Alembic runs here: on the connection that it is handed, in batches for SQLite, past the job engine's tables."""

from alembic import context

from webapp.persistence.migrate import is_ours
from webapp.persistence.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    # SQLite can undo a migration too, with our own BEGIN: all revisions are reached at once, or none.
    transactional_ddl=True,
    include_name=lambda name, kind, _parents: is_ours(name, kind),
)
with context.begin_transaction():
    context.run_migrations()
