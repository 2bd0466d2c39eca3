"""Call-back probes: whether the numbers shown reach the sponsor's line."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


OUTCOME = one_of(
    "outcome",
    "PASSED",
    "BUSY",
    "NO_ANSWER",
    "NOT_IN_SERVICE",
    "UNREACHABLE",
    "NO_SOUND",
    "WRONG_GREETING",
    "NOT_MADE",
)
DIAL_STATUS = one_of(
    "dial_status", "ANSWER", "BUSY", "NOANSWER", "CONGESTION", "CHANUNAVAIL", "CANCEL", "FAILED"
)


def upgrade() -> None:
    op.create_table(
        "probes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("shown", sa.String(length=16), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("pbx", sa.Text(), nullable=False),
        sa.Column("script", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", OUTCOME, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("dial_status", DIAL_STATUS, nullable=True),
        sa.Column("hangup_cause", sa.Integer(), nullable=True),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=True),
        sa.Column("recording_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'PASSED' OR (likeness IS NOT NULL AND recording_sha256 IS NOT NULL)",
            name=op.f("ck_probes_heard"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_probes_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
    )
    op.create_index("ix_probes_number", "probes", ["sponsor", "number", "started_at", "id"], unique=False)
