"""Tables of campaigns.

The counts are kept by the transactions that change them, so that stored rows need not be counted.
"""

import sqlalchemy as sa

from dialer.adapters.sql.db.columns import BigId, Definition, UtcDateTime, one_of
from dialer.adapters.sql.schema.base import metadata
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb, PauseCause

campaigns = sa.Table(
    "campaigns",
    metadata,
    sa.Column("id", sa.String(13), primary_key=True),
    sa.Column("sponsor", sa.Text, nullable=False),
    sa.Column("definition", Definition, nullable=False),
    sa.Column("state", one_of(CampaignState, "state"), nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_at", UtcDateTime),
    sa.Column("self_approved", sa.Boolean, nullable=False),
    sa.Column("started_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("script", sa.String(64)),
    # NULL too where it was paused before causes were stored.
    sa.Column("pause_cause", one_of(PauseCause, "pause_cause")),
    sa.CheckConstraint("pause_cause IS NULL OR state = 'paused'", name="paused"),
)
sa.Index("ix_campaigns_created_at", campaigns.c.created_at, campaigns.c.id)
sa.Index("ix_campaigns_sponsor", campaigns.c.sponsor, campaigns.c.state)

campaign_moves = sa.Table(
    "campaign_moves",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id"), nullable=False),
    sa.Column("verb", one_of(CampaignVerb, "verb"), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
sa.Index("ix_campaign_moves_campaign_id", campaign_moves.c.campaign_id)

# Contacts and attempts of each campaign by `fact`, such as `contact due`: the sum over all rows of
# a fact is its count. Triggers of `contacts` and `attempts` keep it. PostgreSQL's add a row for
# each statement, which never waits for another transaction.
progress_counts = sa.Table(
    "progress_counts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("campaign_id", sa.String(13), nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
)
sa.Index("ix_progress_counts_campaign_id", progress_counts.c.campaign_id, progress_counts.c.fact)

# Finished calls that a callee answered, by the hour of their decision (UTC): silence after the
# answer.
silence_hours = sa.Table(
    "silence_hours",
    metadata,
    sa.Column("campaign_id", sa.String(13), primary_key=True),
    sa.Column("hour", UtcDateTime, primary_key=True),
    sa.Column("answered", sa.Integer, nullable=False),
    sa.Column("slow", sa.Integer, nullable=False),
    sa.Column("abandoned", sa.Integer, nullable=False),
)
