"""Rule packs that are not the program's own count only where the campaign names who signed for them."""

from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.rulepacks.rulepack import RulePack


def unsigned(definition: CampaignDefinition, pack: RulePack) -> str | None:
    """The complaint, where `pack` is the user's own and the campaign does not name it together with who answers for it."""
    if not pack.own:
        return None
    signed = definition.rule_pack_signoff
    if signed is not None and signed.pack == pack.title:
        return None
    return f"{pack.title} is not one of the program's own rule packs: name it, and who signed for it"
