"""The words of each part of a call, rendered from the prompts, and their time limits. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.campaigns import script_checks
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Recording
from dialer.domain.campaigns.script_texts import WORDINGS, Wording
from dialer.domain.rulepacks.pack_parts import ScriptRules

PROMPT_OF_KEY = {
    "identity": "notice",
    "invitation": "invitation",
    "message": "message",
    "closing": "closing",
    "legal": "legal",
    "opposed": "opposed",
    "no-key": "no-key",
    "wrong-key": "wrong-key",
    "not-recorded": "not-recorded",
    "voicemail": "voicemail",
    "callback": "callback",
    "callback-silent": "callback-silent",
    "callback-number": "callback-number",
}
"""The keys of `[prompts]`, each with the prompt of the call it replaces.

Only `message` has no default.
"""
_KEY_OF_PROMPT = {prompt: key for key, prompt in PROMPT_OF_KEY.items()}

LIMITS_MS = {"notice": 12_000, "voicemail": 25_000}
"""Limits of single prompts; FP-23, for the message, is the campaign's.

FP-19: the notice ends with the objection sentence, 12 s after the answer. FP-28: a text left on a
machine.
"""
LONGEST_MS = 120_000
"""For every other prompt."""

RETENTION = timedelta(days=60)
"""FP-32: contacts leave the calling lists at most this long after the campaign."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NATIONAL = re.compile(r"\+(?:33|262|590|594|596)([0-9]{9})")


@dataclass(frozen=True, slots=True)
class Script:
    """Every prompt of the call, by name.

    `texts`: those to be spoken, with their text. `recorded`: the others, with their key in
    `[prompts]`.
    """

    texts: dict[str, str]
    recorded: dict[str, str]


def text_problems(definition: CampaignDefinition, rules: ScriptRules) -> tuple[Problem, ...]:
    """Return the faults that the campaign file alone shows.

    Unknown keys, placeholders without a value, and words that the law wants and that are missing.
    """
    recorded = frozenset(key for key, prompt in definition.prompts.items() if isinstance(prompt, Recording))
    return (
        *_unknown_keys(definition.prompts.keys()),
        *_wording_problems(definition, _rendered(definition, recorded), recorded, rules),
    )


def write_script(definition: CampaignDefinition, recorded: frozenset[str], rules: ScriptRules) -> Script:
    """Render every prompt of the call.

    `recorded`: the keys with a recording at hand; it wins over a text. Raise `InvalidInput` with
    every unknown key, missing recording, unbound placeholder, and a missing message.
    """
    rendered = _rendered(definition, recorded)
    problems = [
        *_unknown_keys({*definition.prompts, *recorded}),
        *_wording_problems(definition, rendered, recorded, rules),
        *_missing_recordings(definition, recorded),
    ]
    if "message" not in definition.prompts and "message" not in recorded:
        problems.append(Problem("prompts.message", "is missing: a text or a recording is needed"))
    if problems:
        raise InvalidInput("the prompts cannot be used", tuple(problems))
    return Script(
        {PROMPT_OF_KEY[key]: text.spoken for key, text in rendered.items()},
        {PROMPT_OF_KEY[key]: key for key in recorded},
    )


def duration_problems(
    definition: CampaignDefinition, durations_ms: Mapping[str, int], closing: str | None, rules: ScriptRules
) -> tuple[Problem, ...]:
    """Return a problem for every prompt that takes longer than the rules allow.

    `durations_ms`: milliseconds by prompt name. `closing`: its text, None where it is recorded.
    """
    limits = LIMITS_MS | {"message": definition.call.longest_message_s * 1000}
    too_long = tuple(
        Problem(
            f"prompts.{_KEY_OF_PROMPT[name]}",
            f"takes {ms / 1000:.3f} s; at most {limit / 1000:.0f} s are allowed",
        )
        for name, ms in sorted(durations_ms.items())
        if ms > (limit := limits.get(name, LONGEST_MS))
    )
    longest = rules.name_again_after_s
    if longest is None or durations_ms.get("message", 0) <= longest * 1000:
        return too_long
    if definition.sponsor.name in (closing or ""):
        return too_long
    repeat = f"must name the sponsor again, as text: the message takes more than {longest} s"
    return (*too_long, Problem("prompts.closing", repeat))


@dataclass(frozen=True, slots=True)
class _Rendered:
    spoken: str
    problems: tuple[str, ...]


def _rendered(definition: CampaignDefinition, recorded: frozenset[str]) -> dict[str, _Rendered]:
    """Render every prompt that is to be spoken, own text or default, by key."""
    wording = WORDINGS[definition.language]
    values = _values(definition, wording, message_recorded="message" in recorded)
    texts = {key: _text(definition, key, wording) for key in PROMPT_OF_KEY if key not in recorded}
    return {key: _bound(text, values) for key, text in texts.items() if text is not None}


def _transcripts(definition: CampaignDefinition, recorded: frozenset[str]) -> dict[str, _Rendered]:
    """Render the wording of the recordings, by key, as far as the campaign file states it."""
    values = _values(definition, WORDINGS[definition.language], message_recorded="message" in recorded)
    return {
        key: _bound(prompt.says, values)
        for key, prompt in definition.prompts.items()
        if isinstance(prompt, Recording) and prompt.says is not None
    }


def _text(definition: CampaignDefinition, key: str, wording: Wording) -> str | None:
    given, prompt = definition.prompts.get(key), PROMPT_OF_KEY[key]
    if isinstance(given, str):
        return _completed(prompt, given, definition.sponsor.name, wording)
    return wording.prompts.get(prompt)


def _unknown_keys(keys: Iterable[str]) -> list[Problem]:
    offer = ", ".join(PROMPT_OF_KEY)
    return [
        Problem(f"prompts.{key}", f"is not a prompt of the call; there are {offer}")
        for key in sorted(set(keys) - PROMPT_OF_KEY.keys())
    ]


def _problems_by_key(rendered: Mapping[str, _Rendered]) -> list[Problem]:
    return [Problem(f"prompts.{key}", detail) for key, text in rendered.items() for detail in text.problems]


def _wording_problems(
    definition: CampaignDefinition,
    rendered: Mapping[str, _Rendered],
    recorded: frozenset[str],
    rules: ScriptRules,
) -> list[Problem]:
    """Return the problems of texts and recordings.

    Unbound placeholders come first, alone: no further check makes sense before they are filled.
    """
    said = _transcripts(definition, recorded)
    if unbound := [*_problems_by_key(rendered), *_problems_by_key(said)]:
        return unbound
    problems = []
    if rules.offer and definition.offer is None:
        problems.append(Problem("offer", "is missing: a sales call says at once what it is about"))
    values = _values(definition, WORDINGS[definition.language], message_recorded="message" in recorded)
    texts = {key: text.spoken for key, text in rendered.items()}
    transcripts = {key: text.spoken for key, text in said.items()}
    return [
        *problems,
        *script_checks.wording_problems(definition, texts, values, rules),
        *script_checks.transcript_problems(definition, transcripts, values, rules),
    ]


def _missing_recordings(definition: CampaignDefinition, recorded: frozenset[str]) -> list[Problem]:
    return [
        Problem(f"prompts.{key}", f"the recording {prompt.file!r} was not supplied")
        for key, prompt in definition.prompts.items()
        if isinstance(prompt, Recording) and key not in recorded
    ]


def _completed(prompt: str, text: str, sponsor: str, wording: Wording) -> str:
    """Complete a campaigner's own text with the sentences the law wants (FP-18, FP-19, FP-34)."""
    if prompt == "invitation" and not (script_checks.SYNTHETIC.search(text) or "{voice}" in text):
        return "{voice} " + text
    if prompt != "notice":
        return text
    says_who = sponsor.casefold() in text.casefold() or "{sponsor}" in text
    named = text if says_who and script_checks.AUTOMATIC.search(text) else f"{wording.identity} {text}"
    return named if script_checks.OBJECTION.search(named) else f"{named} {wording.objection}"


def _values(definition: CampaignDefinition, wording: Wording, *, message_recorded: bool) -> dict[str, str]:
    sponsor = definition.sponsor
    values = {
        "sponsor": sponsor.name,
        "postal_address": sponsor.postal_address,
        "email": "".join(wording.letters.get(letter, letter) for letter in sponsor.email),
        "callback_number": _spoken_number(sponsor.callback_number, wording),
        "erase_date": _spoken_date((definition.ends_at + RETENTION).date(), wording),
        "voice": wording.recorded_message if message_recorded else wording.synthetic_message,
        "commercial": wording.commercial.format(offer=definition.offer) if definition.offer else "",
        "origin": wording.origin,
        "by_operator": "",
    }
    if definition.operator:
        values["operator"] = definition.operator
        values["by_operator"] = wording.by_operator.format(operator=definition.operator)
    return values


def _bound(text: str, values: Mapping[str, str]) -> _Rendered:
    """Fill the placeholders of a text, and note those without a value."""
    names = _PLACEHOLDER.findall(text)
    problems = [f"nothing is known for the placeholder {{{name}}}" for name in names if name not in values]
    if any(brace in _PLACEHOLDER.sub("", text) for brace in "{}"):
        problems.append("a brace stands alone; placeholders are written {sponsor}")
    return _Rendered(_PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text), tuple(problems))


def _spoken_number(number: str, wording: Wording) -> str:
    """Write digits as people of the country say them (01 62 00 00 01), else one by one."""
    if national := _NATIONAL.fullmatch(number):
        digits = "0" + national[1]
        return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return f"{wording.plus} {' '.join(number.removeprefix('+'))}"


def _spoken_date(day: date, wording: Wording) -> str:
    return f"{day.day} {wording.months[day.month - 1]} {day.year}"
