"""What would keep a campaign from being approved: asked before, by the preflight, and again at the approval itself."""

from dialer.domain.campaign import Campaign
from dialer.domain.campaign_checks import check_approval, language_problems
from dialer.domain.errors import Problem
from dialer.ports.store import Store
from dialer.services.judge import Judge


async def approval_problems(store: Store, judge: Judge, campaign: Campaign) -> tuple[Problem, ...]:
    """Of its file, its trunk and its list, now; its prompts are another matter."""
    definition = campaign.definition
    problems = check_approval(
        definition,
        judge.packs,
        judge.trunk_facts(definition.trunk),
        await store.contacts.places(campaign.id),
        judge.clock.now(),
    )
    return (*problems, *language_problems(definition, await store.contacts.languages(campaign.id)))
