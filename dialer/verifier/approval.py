"""The approval in the ledger: the hash of the campaign file at every act, and the script's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .people import Document

APPROVED, POLLS_MOVED = "campaign.approve", "campaign.poll_dates"


class Approval(NamedTuple):
    """The hashes that are binding at the end, `definition` and `script`.

    `strayed`: in between there was another campaign file.
    """

    definition: str
    script: str | None
    strayed: bool


def approval_in(acts: Iterable[Document]) -> Approval | None:
    """Return the approval among the acts of one campaign, None where it was never approved.

    `acts` in order. A decree may move poll dates: an act of its own records that.
    """
    found: Approval | None = None
    for act in acts:
        stated = act["body"].get("definition")
        if stated is None:
            continue
        if act["kind"] == APPROVED:
            found = Approval(stated, act["body"]["script"], strayed=False)
        elif found and act["kind"] == POLLS_MOVED:
            found = found._replace(definition=stated)
        elif found and stated != found.definition:
            found = found._replace(strayed=True)
    return found
