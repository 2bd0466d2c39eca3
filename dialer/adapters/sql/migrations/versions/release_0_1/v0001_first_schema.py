"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

# SQLite numbers rows by itself only in a column declared exactly INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("state IN ('permitted', 'originating', 'ringing', 'answered')")
REFUSED = sa.text("last_refusal IS NOT NULL")
IN_FORCE = sa.text("removed_at IS NULL")


def upgrade() -> None:
    create_campaigns()
    create_suppressions()
    create_system()
    create_tokens()
    create_campaign_moves()
    create_imports()
    create_consents()
    create_contacts()
    create_attempts()
    create_decisions()


def create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column(
            "state",
            one_of("state", "draft", "approved", "running", "paused", "completed", "stopped"),
            nullable=False,
        ),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("self_approved", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("script", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_created_at", "campaigns", ["created_at", "id"], unique=False)
    op.create_index("ix_campaigns_sponsor", "campaigns", ["sponsor", "state"], unique=False)


def create_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=True),
        sa.Column(
            "channel",
            one_of(
                "channel",
                "dtmf",
                "inbound_call",
                "sms",
                "email",
                "letter",
                "phone",
                "web_form",
                "in_person",
                "api",
                "import",
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name=op.f("ck_suppressions_removed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index(
        "ix_suppressions_fingerprint",
        "suppressions",
        ["fingerprint"],
        unique=False,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_index("ix_suppressions_source", "suppressions", ["source"], unique=False)


def create_system() -> None:
    op.create_table(
        "system",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("halted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_system_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
    )
    op.execute(sa.text("INSERT INTO system (id, halted, reason, \"by\", at) VALUES (1, FALSE, '', '', NULL)"))


def create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role", one_of("role", "campaigner", "operator", "auditor", "admin", "gateway"), nullable=False
        ),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tokens")),
    )
    op.create_index("uq_tokens_secret_sha256", "tokens", ["secret_sha256"], unique=True)


def create_campaign_moves() -> None:
    op.create_table(
        "campaign_moves",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column(
            "verb", one_of("verb", "approve", "start", "pause", "resume", "stop", "complete"), nullable=False
        ),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_moves_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_moves")),
    )
    op.create_index("ix_campaign_moves_campaign_id", "campaign_moves", ["campaign_id"], unique=False)


def create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=True),
        sa.Column(
            "source_class",
            one_of(
                "source_class",
                "opt_in_form",
                "own_members",
                "partner_opt_in",
                "paper_form",
                "inbound_request",
            ),
            nullable=True,
        ),
        sa.Column("supplier", sa.Text(), nullable=True),
        sa.Column("collected_at", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("imported", sa.Integer(), nullable=True),
        sa.Column("duplicates", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.CheckConstraint("rows = imported + duplicates + rejected", name=op.f("ck_imports_sums")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_imports_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_campaign_id", "imports", ["campaign_id"], unique=False)


def create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("windows", sa.JSON(), nullable=True),
        sa.Column("appointment_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "act",
            one_of(
                "act", "opt_in_form", "double_opt_in", "signed_paper", "spoken_recorded", "inbound_request"
            ),
            nullable=True,
        ),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("import_id", sa.String(length=13), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "withdrawn OR (sponsor IS NOT NULL AND purpose IS NOT NULL AND source IS NOT NULL AND proof IS NOT NULL AND windows IS NOT NULL)",
            name=op.f("ck_consents_given"),
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_consents_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_fingerprint", "consents", ["fingerprint"], unique=False)


def create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("import_id", sa.String(length=13), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("state", one_of("state", "due", "calling", "closed"), nullable=False),
        sa.Column("next_due_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("last_refusal", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_reason IS NOT NULL)", name=op.f("ck_contacts_closed")
        ),
        sa.CheckConstraint("(state = 'due') = (next_due_at IS NOT NULL)", name=op.f("ck_contacts_due")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_contacts_campaign_id")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_contacts_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_claim", "contacts", ["campaign_id", "state", "next_due_at", "id"], unique=False
    )
    op.create_index(
        "ix_contacts_last_refusal",
        "contacts",
        ["campaign_id", "last_refusal"],
        unique=False,
        sqlite_where=REFUSED,
        postgresql_where=REFUSED,
    )
    op.create_index("ix_contacts_list", "contacts", ["campaign_id", "id"], unique=False)
    op.create_index("uq_contacts_fingerprint", "contacts", ["fingerprint", "campaign_id"], unique=True)


def create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column(
            "state",
            one_of("state", "permitted", "originating", "ringing", "answered", "ended", "lapsed", "lost"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("permit_until", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decision_hash", sa.String(length=64), nullable=False),
        sa.Column("rule_pack", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("pbx", sa.Text(), nullable=False),
        sa.Column("caller_id", sa.String(length=16), nullable=False),
        sa.Column("script", sa.String(length=64), nullable=False),
        sa.Column("originated_at", sa.BigInteger(), nullable=True),
        sa.Column("dialed_at", sa.BigInteger(), nullable=True),
        sa.Column("ringing_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("opposed_at", sa.BigInteger(), nullable=True),
        sa.Column("machine_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "dial_status",
            one_of(
                "dial_status", "ANSWER", "BUSY", "NOANSWER", "CONGESTION", "CHANUNAVAIL", "CANCEL", "FAILED"
            ),
            nullable=True,
        ),
        sa.Column("hangup_cause", sa.Integer(), nullable=True),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column(
            "result",
            one_of(
                "result",
                "MESSAGE_PLAYED",
                "MESSAGE_CUT",
                "NO_KEY",
                "OPTED_OUT",
                "HANGUP_IN_NOTICE",
                "MACHINE",
                "MACHINE_MESSAGE",
                "LEGAL_NOTICE",
                "NOT_ANSWERED",
                "LOST",
            ),
            nullable=True,
        ),
        sa.Column("lapse_reason", sa.Text(), nullable=True),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_attempts_campaign_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_attempts_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    index_attempts()


def index_attempts() -> None:
    op.create_index("ix_attempts_campaign_id", "attempts", ["campaign_id", "decided_at", "id"], unique=False)
    op.create_index("ix_attempts_contact_id", "attempts", ["contact_id"], unique=False)
    op.create_index("ix_attempts_decided_at", "attempts", ["decided_at", "id"], unique=False)
    op.create_index("ix_attempts_fingerprint", "attempts", ["fingerprint", "decided_at", "id"], unique=False)
    op.create_index(
        "ix_attempts_live",
        "attempts",
        ["pbx", "campaign_id"],
        unique=False,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_attempts_progress", "attempts", ["campaign_id", "state", "result"], unique=False)
    op.create_index(
        "uq_attempts_live", "attempts", ["fingerprint"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )


def create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("permit_until", sa.BigInteger(), nullable=True),
        sa.Column("next_open", sa.BigInteger(), nullable=True),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("caller_id", sa.String(length=16), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("rule_pack", sa.Text(), nullable=False),
        sa.Column("pack_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("permitted = (attempt_id IS NOT NULL)", name=op.f("ck_decisions_attempt")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_decisions_attempt_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_decisions_campaign_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_decisions_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_attempt_id", "decisions", ["attempt_id"], unique=True)
    op.create_index("ix_decisions_fingerprint", "decisions", ["fingerprint"], unique=False)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
