"""The content of a backup, notifications to other systems, and the limits of retention. Pure.

A backup lists its files by name, size and hash, so that restored files are the saved ones.
Notifications are CloudEvents 1.0 in JSON, with fingerprints and ids and never a number. Days
of retention are 24 hours in UTC, so that no clock change moves a limit (FP-32, FP-32b, US-15,
UK-08, CA-11).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dialer.domain.base.canonical_json import canonical
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.rulepacks.pack_parts import RetentionRules

FORMAT = "dialer-backup/1"


class BackedUpKeys(StrEnum):
    """The keys' part in a backup.

    Without the keys no suppression matches, and nothing sealed is read.
    """

    CLEAR = "in clear"
    SEALED = "sealed under a passphrase"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of a backup: its SHA-256 in hexadecimal, its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The list of a backup's content.

    `database`: `sqlite` or `postgresql`. `key_version` and `key_mark`: of the fingerprint keys of
    the database. `files`: by path below the backup's folder, the manifest itself left out.
    """

    taken_at: datetime
    database: str
    key_version: int
    key_mark: str
    secrets: BackedUpKeys
    files: Mapping[str, SavedFile]

    @property
    def text(self) -> str:
        fields = {
            name: getattr(self, name)
            for name in ("taken_at", "database", "key_version", "key_mark", "secrets")
        }
        files = {path: asdict(file) for path, file in self.files.items()}
        return canonical(fields | {"format": FORMAT, "files": files})


def read_manifest(text: str) -> BackupManifest:
    """Parse a manifest. Raise `ValueError` for anything else."""
    try:
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        fields["files"] = {path: SavedFile(**file) for path, file in fields["files"].items()}
        taken_at, secrets = (
            datetime.fromisoformat(fields.pop("taken_at")),
            BackedUpKeys(fields.pop("secrets")),
        )
        return BackupManifest(taken_at=taken_at, secrets=secrets, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no manifest of a backup: {error}") from None


SOURCE = "/dialer"
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 84
"""Some three days."""


class Topic(StrEnum):
    OPT_OUT = "opt_out"
    CAMPAIGN_ENDED = "campaign_ended"
    HALTED = "halted"
    UNHALTED = "unhalted"


@dataclass(frozen=True, slots=True)
class Notification:
    """An event for other systems, at `at` in UTC.

    `subject`: the fingerprint, campaign or machine concerned.
    """

    topic: Topic
    at: datetime
    subject: str
    data: Mapping[str, str | None]

    @property
    def id(self) -> str:
        """The id of the event, always the same, so that a receiver recognises a second delivery."""
        told = [self.topic, self.at.isoformat(), self.subject, sorted(self.data.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    def cloud_event(self) -> str:
        """Return the JSON format of the CloudEvents 1.0 specification, section 3."""
        return json.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": SOURCE,
                "type": f"dialer.{self.topic}",
                "subject": self.subject,
                "time": self.at.isoformat(),
                "datacontenttype": "application/json",
                "data": dict(self.data),
            },
            ensure_ascii=False,
        )


def opt_out(suppression: Suppression) -> Notification:
    """Build the notification without the suppression's note, which may hold anything."""
    return Notification(
        Topic.OPT_OUT,
        suppression.recorded_at,
        suppression.fingerprint,
        {
            "sponsor": suppression.sponsor,
            "channel": suppression.channel.value,
            "received_at": suppression.received_at.isoformat(),
            "source": suppression.source,
        },
    )


def campaign_ended(campaign: Campaign, *, by: str, at: datetime) -> Notification:
    data = {"state": campaign.state.value, "sponsor": campaign.definition.sponsor.id, "by": by}
    return Notification(Topic.CAMPAIGN_ENDED, at, campaign.id, data)


def halt_changed(*, halted: bool, by: str, at: datetime) -> Notification:
    return Notification(Topic.HALTED if halted else Topic.UNHALTED, at, "system", {"by": by})


def pause_after(tries: int) -> timedelta | None:
    """Return the wait after so many tries in vain, from 1; None: give up."""
    if tries >= MOST_TRIES:
        return None
    doublings = min(tries - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


RUN_EVERY = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
"""After a run that failed, or never ended."""
BLOCKS_AFTER = timedelta(hours=72)
"""Erasing may fail for so long before no campaign is created any more (T120)."""


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """A run of the retention job.

    `ended_at` None: it is at work, or died. `error`: one line, None where all went well.
    """

    started_at: datetime
    ended_at: datetime | None = None
    contacts: int = 0
    consents: int = 0
    keys: int = 0
    error: str | None = None

    @property
    def well(self) -> bool:
        return self.ended_at is not None and self.error is None


def contacts_limit(imported_at: datetime, last_round: datetime | None, days: int) -> datetime:
    """Return the instant (exclusive end) from which on the contacts of a list must be gone.

    `days` after the earlier of import and end of the campaign.
    """
    start = imported_at if last_round is None else min(imported_at, last_round)
    return start.astimezone(UTC) + timedelta(days=days)


def called_limit(ended_at: datetime, last_poll: date | None, years: int) -> datetime:
    """Return the instant from which on the callees must be gone too.

    `years` after the campaign and the last day of its election.
    """
    start = ended_at.astimezone(UTC)
    if last_poll is not None:
        start = max(start, datetime.combine(last_poll + timedelta(days=1), time(), UTC))
    return _same_day(start, start.year + years)


def contacts_due(limit: datetime, now: datetime) -> bool:
    """Return whether the run of `now` erases them.

    The next would come too late, or leave no time to try again.
    """
    return limit <= now + RUN_EVERY + RETRY_AFTER


def proof_horizon(now: datetime, years: int) -> datetime:
    """Return the instant that separates consents kept for `years` at `now`, by the calendar.

    Every consent given before it has been kept so long, and no other. A consent of a 29 February
    stays through the 28th of a common year.
    """
    now = now.astimezone(UTC)
    horizon = _same_day(now, now.year - years)
    # Where the day exists, a consent given at the very instant has passed it, too.
    return horizon if horizon.day != now.day else horizon + timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ProofTerm:
    """Consents given before `before` have had their time; `unused`: unless they were used since.

    `sponsors`: of these alone, or with `others`, of all but these.
    """

    before: datetime
    unused: bool
    sponsors: frozenset[str]
    others: bool


def proof_terms(rules: Mapping[str, Sequence[RetentionRules]], now: datetime) -> tuple[ProofTerm, ...]:
    """Return the terms of all consents.

    `rules`: of the profiles under which each sponsor has campaigns. A sponsor's longest term
    counts: erased too early, a consent proves nothing any more. A sponsor without campaigns has the
    default terms of packs.
    """
    usual, unlike = RetentionRules(), defaultdict[tuple[int, bool], list[str]](list)
    for sponsor, of_sponsor in rules.items():
        years = max(each.consent_proof_years for each in of_sponsor)
        unused = any(each.consent_proof_from == "last_use" for each in of_sponsor)
        if (years, unused) != (usual.consent_proof_years, False):
            unlike[years, unused].append(sponsor)
    named = frozenset(sponsor for sponsors in unlike.values() for sponsor in sponsors)
    return (
        ProofTerm(proof_horizon(now, usual.consent_proof_years), False, named, others=True),
        *(
            ProofTerm(proof_horizon(now, years), unused, frozenset(sponsors), others=False)
            for (years, unused), sponsors in unlike.items()
        ),
    )


def _same_day(at: datetime, year: int) -> datetime:
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, month=3, day=1, hour=0, minute=0, second=0, microsecond=0)


def next_run(last: RetentionRun | None) -> datetime | None:
    """Return the instant of the next run; None: at once."""
    if last is None:
        return None
    return last.started_at + (RUN_EVERY if last.well else RETRY_AFTER)


def failing_since(runs: Sequence[RetentionRun]) -> datetime | None:
    """Return the start of the first failure since the last run that went well, None without one.

    `runs` in order.
    """
    since: datetime | None = None
    for run in runs:
        if run.well:
            since = None
        elif since is None:
            since = run.started_at
    return since


def blocked(now: datetime, since: datetime | None, limits: Sequence[datetime]) -> bool:
    """Return whether retention has failed for longer than `BLOCKS_AFTER`.

    Erasing fails since `since`, or data has outlived one of `limits`.
    """
    starts = [*limits, *([since] if since else [])]
    return any(now - start > BLOCKS_AFTER for start in starts)
