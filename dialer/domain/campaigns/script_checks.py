"""Checks of a script whose wording is the campaigner's own (docs/rules/script.md#checks).

They hold it to its duties and their order: FP-18, FP-19, FP-34, US-05, US-06, CA-04, CA-05.
Recordings cannot be read: the wording that the campaign file states is checked, and the approver
listens to them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from dialer.domain.base.errors import Problem
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.rulepacks.pack_parts import ScriptRules

AUTOMATIC = re.compile(r"automat", re.IGNORECASE)
OBJECTION = re.compile(
    r"\b(tape|appuye|compose|touche|press|dial)\w*\W+(\w+\W+){0,4}(9|neuf|nine)\b", re.IGNORECASE
)
SYNTHETIC = re.compile(r"synth", re.IGNORECASE)
_ENGAGEMENT = re.compile(
    r"\b(tape|appuye|compose|touche|press|dial)\w*\W+(\w+\W+){0,4}(1|un|one)\b", re.IGNORECASE
)
_ORIGIN = re.compile(
    r"provien|provenance|parven|origine|came from|comes from|reached us|origin", re.IGNORECASE
)
WORDS_IN_TWO_SECONDS = 5
"""At 150 words a minute (docs/rules/script.md#speed)."""
CLOSINGS = ("closing", "legal")


def wording_problems(
    definition: CampaignDefinition, texts: Mapping[str, str], values: Mapping[str, str], rules: ScriptRules
) -> Iterator[Problem]:
    """Check the texts to be spoken.

    `texts`: by key of `[prompts]`, without recorded prompts. `values`: by placeholder.
    """
    if "identity" in texts:
        yield from _notice_problems(definition, texts["identity"], rules)
    for key in CLOSINGS:
        if key in texts:
            yield from _closing_problems(key, texts[key], values, rules)
    # A recorded invitation was made before it was known that a machine would speak the message
    # (T109).
    if "message" in texts and not any(
        SYNTHETIC.search(texts.get(key, "")) for key in ("identity", "invitation")
    ):
        yield Problem(
            "prompts.invitation",
            "does not say that a synthetic voice speaks the message; record the message as well, or give the invitation as text",
        )


def transcript_problems(
    definition: CampaignDefinition, said: Mapping[str, str], values: Mapping[str, str], rules: ScriptRules
) -> Iterator[Problem]:
    """Check the stated wording of recordings.

    `said`: by key of `[prompts]`. Nothing can be added to a recording, as it is to a text.
    """
    if "identity" in said:
        yield from _recorded_notice_problems(definition, said["identity"])
        yield from _notice_problems(definition, said["identity"], rules)
    for key in CLOSINGS:
        if key in said:
            yield from _closing_problems(key, said[key], values, rules)


def _recorded_notice_problems(definition: CampaignDefinition, notice: str) -> Iterable[Problem]:
    wanted = {
        "on whose behalf it calls": definition.sponsor.name.casefold() in notice.casefold(),
        "that it is automatic": bool(AUTOMATIC.search(notice)),
        "how to object": bool(OBJECTION.search(notice)),
    }
    if missing := [what for what, there in wanted.items() if not there]:
        yield Problem("prompts.identity", f"does not say {', nor '.join(missing)}")


def _notice_problems(definition: CampaignDefinition, notice: str, rules: ScriptRules) -> Iterable[Problem]:
    objection = OBJECTION.search(notice)
    if objection is None:
        return
    if _ENGAGEMENT.search(notice, endpos=objection.end()):
        yield Problem("prompts.identity", "invites the callee to go on before it says how to object")
    if rules.objection_at_once:
        sentence = notice.rfind(". ", 0, objection.start()) + 1
        since_name = notice[:sentence].rpartition(definition.sponsor.name)[2]
        if len(since_name.split()) > WORDS_IN_TWO_SECONDS:
            yield Problem(
                "prompts.identity",
                f"how to object must follow the name at once, not after {since_name.strip()!r}",
            )


def _closing_problems(
    key: str, text: str, values: Mapping[str, str], rules: ScriptRules
) -> Iterable[Problem]:
    wanted = {
        "the postal address ({postal_address})": values["postal_address"] in text,
        "the e-mail address ({email})": values["email"] in text,
        "when the number leaves the lists ({erase_date})": values["erase_date"] in text,
        "where the number came from ({origin})": bool(_ORIGIN.search(text)),
    }
    if rules.callback:
        wanted["the number to call back ({callback_number})"] = values["callback_number"] in text
    missing = [what for what, there in wanted.items() if not there]
    if missing:
        yield Problem(f"prompts.{key}", f"does not say {', nor '.join(missing)}")
