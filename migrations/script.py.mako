"""${message}

House rules: the revision id is the file's name; write steps by hand, for SQLite and PostgreSQL alike (batch_alter_table
to change a table); import no models, copy what is needed; move data in a revision of its own; write the way back.
"""

import sqlalchemy as sa
from alembic import op

${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
