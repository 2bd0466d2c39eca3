"""Obstacles to the approval of a campaign.

The preflight asks for them before, and the approval itself again.
"""

from typing import Protocol

from dialer.domain.base.errors import Problem
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.oppositions.external_list import ListStanding
from dialer.domain.preflight.campaign_checks import check_approval, language_problems
from dialer.ports.consent.contacts import HasContacts
from dialer.ports.oppositions.external_lists import HasOppositionLists
from dialer.ports.unit_of_work import Store
from dialer.services.decision.decider import Decider


class ApprovalWork(HasContacts, HasOppositionLists, Protocol):
    """The unit of work that reads a campaign's list for its approval."""


async def approval_problems(
    store: Store[ApprovalWork], decider: Decider, campaign: Campaign
) -> tuple[Problem, ...]:
    """Return the problems of its file, its trunk and its list, now.

    Prompts are checked elsewhere.
    """
    definition = campaign.definition
    async with store.read() as work:
        places = await work.contacts.places(campaign.id)
        lists = await lists_for(work, decider, definition)
        languages = await work.contacts.languages(campaign.id)
    trunk = decider.trunk_facts(definition.trunk)
    problems = check_approval(definition, decider.packs, trunk, places, lists, decider.clock.now())
    return (*problems, *language_problems(definition, languages))


async def lists_for(
    work: HasOppositionLists, decider: Decider, definition: CampaignDefinition
) -> list[ListStanding]:
    """Return the external lists that hold for the sponsor, for any number.

    Return none where the profile requires none, since to count them takes time.
    """
    sponsor, packs = definition.sponsor.id, decider.packs.by_title.values()
    if not any(pack.required_lists for pack in packs if pack.name == definition.profile):
        return []
    known = [entry.list for entry in await work.lists.current()]
    return [
        ListStanding(entry.name, entry.valid_from, entry.valid_to, holds=False, kind=entry.kind)
        for entry in known
        if entry.sponsor in (None, sponsor)
    ]
