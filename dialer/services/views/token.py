"""A bearer token as JSON; its secret is never among it."""

from typing import Any

from dialer.domain.access.roles import Token
from dialer.services.views.instants import instant_text


def token_view(token: Token) -> dict[str, Any]:
    return {
        "name": token.name,
        "role": token.role.value,
        "created_at": instant_text(token.created_at),
        "expires_at": instant_text(token.expires_at),
        "revoked_at": instant_text(token.revoked_at),
        "last_used_at": instant_text(token.last_used_at),
    }
