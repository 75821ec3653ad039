"""Runs migrations on the connection that `tracker.foundation.migrating` hands over."""

from alembic import context

from tracker.foundation.database import Base
from tracker.foundation.migrating import load_all_models

load_all_models()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
