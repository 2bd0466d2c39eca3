"""Roles, their rights, and the person or token behind every act.

The table of rights: docs/operations.md#who-may-do-what.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.errors import Forbidden


class Role(StrEnum):
    CAMPAIGNER = "campaigner"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMIN = "admin"
    GATEWAY = "gateway"


class Right(StrEnum):
    CREATE_CAMPAIGN = "create campaigns"
    READ_CAMPAIGNS = "read campaigns"
    IMPORT = "import contacts and consents"
    PREFLIGHT = "run a preflight"
    DECIDE = "ask for decisions"
    APPROVE = "approve campaigns"
    CONTROL_CAMPAIGN = "start, pause, resume and stop campaigns"
    HALT = "halt"
    UNHALT = "end a halt"
    ADD_OPPOSITION = "add and check oppositions"
    WITHDRAW_CONSENT = "record withdrawals"
    REMOVE_OPPOSITION = "remove an opposition"
    RESTORE_CONSENT = "restore consents that a trunk ended"
    READ_CALLS = "read calls"
    READ_NUMBERS = "see whole numbers"
    READ_SYSTEM = "read the state of the system"
    READ_SUBJECTS = "read subjects"
    READ_EVIDENCE = "read evidence and ledger"
    MANAGE_TOKENS = "manage tokens"
    ERASE = "erase subjects"
    BACK_UP = "take backups"
    ROTATE_KEYS = "change the keys"
    WEBHOOKS = "deliver messages from outside"


_SHARED = frozenset({Right.READ_CAMPAIGNS, Right.READ_CALLS, Right.READ_SYSTEM})

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CAMPAIGNER: _SHARED
    | {
        Right.CREATE_CAMPAIGN,
        Right.IMPORT,
        Right.PREFLIGHT,
        Right.DECIDE,
        Right.ADD_OPPOSITION,
        Right.WITHDRAW_CONSENT,
        Right.HALT,
    },
    Role.OPERATOR: _SHARED
    | {
        Right.APPROVE,
        Right.CONTROL_CAMPAIGN,
        Right.PREFLIGHT,
        Right.ADD_OPPOSITION,
        Right.WITHDRAW_CONSENT,
        Right.HALT,
        Right.UNHALT,
    },
    Role.AUDITOR: _SHARED
    | {Right.READ_NUMBERS, Right.READ_SUBJECTS, Right.READ_EVIDENCE, Right.DECIDE, Right.PREFLIGHT},
    Role.ADMIN: frozenset(Right),
    Role.GATEWAY: frozenset({Right.WEBHOOKS}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an act: a token's name, or `local administrator` on the machine itself."""

    name: str
    role: Role

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def demand(self, right: Right) -> None:
        """Raise `Forbidden` unless this actor's role carries `right`."""
        if not self.may(right):
            raise Forbidden(f"the role {self.role} may not {right}", hint="ask somebody whose token may")


LOCAL_ADMINISTRATOR = Actor("local administrator", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as stored: only the SHA-256 of its secret.

    Names are unique, also among revoked tokens.
    """

    name: str
    role: Role
    secret_sha256: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
