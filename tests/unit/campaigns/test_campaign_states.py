from itertools import product

import pytest

from dialer.domain.base.errors import IllegalTransition
from dialer.domain.campaigns.campaign import (
    TRANSITIONS,
    CampaignState,
    CampaignVerb,
    allowed_verbs,
    next_state,
)

ILLEGAL = [pair for pair in product(CampaignState, CampaignVerb) if pair not in TRANSITIONS]


@pytest.mark.parametrize(("state", "verb"), ILLEGAL)
def test_a_verb_without_a_row_is_refused_with_what_is_allowed(
    state: CampaignState, verb: CampaignVerb
) -> None:
    with pytest.raises(IllegalTransition) as refused:
        next_state(state, verb)
    assert refused.value.allowed == allowed_verbs(state)


def test_nothing_leads_out_of_a_final_state_alone() -> None:
    assert [state for state in CampaignState if state.is_final] == [
        CampaignState.COMPLETED,
        CampaignState.STOPPED,
    ]
    assert all((allowed_verbs(state) == ()) is state.is_final for state in CampaignState)


def test_only_an_approved_campaign_can_start() -> None:
    starts = [state for (state, verb) in TRANSITIONS if verb is CampaignVerb.START]
    assert starts == [CampaignState.APPROVED]
