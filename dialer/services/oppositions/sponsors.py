"""Sponsors by the key that stands for them at the PBXs."""

from dialer.domain.oppositions.suppression import sponsor_key
from dialer.ports.store import Store


async def sponsors_by_key(store: Store) -> dict[str, str]:
    """Of every campaign. One that no campaign names any more has none: its opposition then counts against everybody."""
    found: dict[str, str] = {}
    page = await store.campaigns.page()
    while page:
        found |= {sponsor_key(c.definition.sponsor.id): c.definition.sponsor.id for c in page}
        page = await store.campaigns.page(after=page[-1].id)
    return found
