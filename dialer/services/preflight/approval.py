"""What would keep a campaign from being approved: asked before, by the preflight, and again at the approval itself."""

from dialer.domain.base.errors import Problem
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.oppositions.external_list import ListStanding
from dialer.domain.preflight.campaign_checks import check_approval, language_problems
from dialer.ports.store import Store
from dialer.services.decision.decider import Decider


async def approval_problems(store: Store, decider: Decider, campaign: Campaign) -> tuple[Problem, ...]:
    """Of its file, its trunk and its list, now; its prompts are another matter."""
    definition = campaign.definition
    problems = check_approval(
        definition,
        decider.packs,
        decider.trunk_facts(definition.trunk),
        await store.contacts.places(campaign.id),
        await lists_for(store, decider, definition),
        decider.clock.now(),
    )
    return (*problems, *language_problems(definition, await store.contacts.languages(campaign.id)))


async def lists_for(store: Store, decider: Decider, definition: CampaignDefinition) -> list[ListStanding]:
    """Lists of others that speak for the sponsor, whomever they hold; none where the profile requires none, since to count them takes time."""
    sponsor, packs = definition.sponsor.id, decider.packs.by_title.values()
    if not any(pack.required_lists for pack in packs if pack.name == definition.profile):
        return []
    known = [entry.list for entry in await store.lists.current()]
    return [
        ListStanding(entry.name, entry.valid_from, entry.valid_to, holds=False, kind=entry.kind)
        for entry in known
        if entry.sponsor in (None, sponsor)
    ]
