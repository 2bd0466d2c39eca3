"""Answers from the records beside the calls.

They cover programming, script, lists, erasures, requests and the ledger itself.
"""

from dialer.domain.inspection.section import Answer, Sentence, Table
from dialer.domain.ledger.event import Kind
from dialer.inspection.accounts import rejects_of
from dialer.inspection.parts import Inspected
from dialer.services.decision.replay import ReplayOutcome

MOST_SHOWN = 200


def programming(found: Inspected) -> tuple[Answer, ...]:
    campaign, proof = found.campaign, found.programming.dialplan.proof
    definition, outcomes = campaign.definition, found.programming.replay.outcomes
    terms = (
        ("state", campaign.state.value),
        ("created_by", campaign.created_by),
        ("approved_by", campaign.approved_by),
        ("self_approved", campaign.self_approved),
        ("profile", definition.profile),
        ("starts_at", definition.starts_at),
        ("ends_at", definition.ends_at),
        ("max_attempts", definition.retry.max_attempts),
        ("min_gap_hours", definition.retry.min_gap_hours),
        ("calls_per_second", definition.pacing.calls_per_second),
        ("max_concurrent", definition.pacing.max_concurrent),
        ("ring_timeout_s", definition.call.ring_timeout_s),
        ("machine_mode", definition.machine.mode),
    )
    packs = found.counted.figures["counts"].get("rule_packs", {})
    claims = tuple((claim.name, claim.statement, claim.holds) for claim in proof.claims)
    acts = tuple(
        (told["at"], told["kind"], told["body"].get("by"), told["body"].get("reason"), entry.index)
        for entry, told in found.sealed.acts
        if entry.about == campaign.id
    )
    return (
        Table("campaign", ("what", "value"), terms),
        Table("acts", ("at", "what", "by", "reason", "ledger_entry"), acts[-MOST_SHOWN:]),
        Table("rule_packs", ("sha256", "decisions"), tuple(packs.items())),
        Sentence("replayed", {outcome.value: outcomes[outcome] for outcome in ReplayOutcome}),
        Sentence("dialplan", {"hash": proof.hash, "steps": proof.steps, "states": proof.states}),
        Table("claims", ("claim", "statement", "holds"), claims),
    )


def script(found: Inspected) -> tuple[Answer, ...]:
    made = found.programming.script
    if made is None:
        return (Sentence("no_script", {"script": found.campaign.script or "-"}),)
    played = found.counted.figures["counts"].get("prompts_played", {})
    rows = tuple(
        (
            prompt.name,
            prompt.duration_ms / 1000,
            "synthetic" if prompt.synthetic else "recorded",
            played.get(prompt.name, 0),
            found.programming.texts.get(prompt.name) if prompt.synthetic else None,
            prompt.sha256,
        )
        for prompt in made.prompts
    )
    columns = ("prompt", "seconds", "voice", "played", "text", "sha256")
    return (
        Sentence("script", {"hash": made.script, "language": found.campaign.definition.language}),
        Table("prompts", columns, rows),
    )


def origin(found: Inspected) -> tuple[Answer, ...]:
    rows = tuple(
        (
            one.manifest.id,
            one.manifest.supplier,
            one.manifest.source_class,
            one.manifest.collected_at,
            one.manifest.imported_at,
            one.manifest.file_sha256,
            *((one.counts.rows, one.counts.imported, one.counts.rejected) if one.counts else (None,) * 3),
            ", ".join(f"{code} {count}" for code, count in rejects_of(one).items()),
        )
        for one in found.accounts.lists
    )
    columns = (
        *("list", "supplier", "source_class", "collected_at", "imported_at", "sha256"),
        *("rows", "imported", "rejected", "reasons"),
    )
    return (Sentence("origin", {"lists": len(rows)}), Table("lists", columns, rows))


def erasing(found: Inspected) -> tuple[Answer, ...]:
    status = found.accounts.retention
    last = status.last
    limits = {dated.kept.import_id: dated.limit for dated in status.lists}
    rows = tuple(
        (one.manifest.id, one.listed, one.listed - one.kept, limits.get(one.manifest.id))
        for one in found.accounts.lists
    )
    told = {
        "last": last.started_at if last else "-",
        "next": status.next_run_at or "-",
        "overdue": status.overdue,
    }
    return (
        Sentence("retention", told),
        Table("erased", ("list", "contacts", "erased", "gone_before"), rows),
    )


def requests(found: Inspected) -> tuple[Answer, ...]:
    kinds = (Kind.SUBJECT_EXPORT, Kind.SUBJECT_ERASE)
    rows = tuple(
        (told["at"], told["kind"], entry.index) for entry, told in found.sealed.acts if told["kind"] in kinds
    )
    shown = Table("requests", ("at", "what", "ledger_entry"), rows[-MOST_SHOWN:])
    return (Sentence("requests", {"count": len(rows)}), shown)


def complaints(_: Inspected) -> tuple[Answer, ...]:
    return (Sentence("complaints"),)


def nothing(_: Inspected) -> tuple[Answer, ...]:
    return ()


def advertising(found: Inspected) -> tuple[Answer, ...]:
    definition = found.campaign.definition
    rows = (
        ("sponsor", definition.sponsor.name),
        ("postal_address", definition.sponsor.postal_address),
        ("email", definition.sponsor.email),
        ("purpose", definition.purpose),
        ("election", definition.election.id if definition.election else None),
        ("starts_at", definition.starts_at),
        ("ends_at", definition.ends_at),
    )
    return (Table("campaign", ("what", "value"), rows),)


def integrity(found: Inspected) -> tuple[Answer, ...]:
    head, ledger = found.sealed.head.head, found.ledger
    gaps = tuple((finding.index, finding.detail) for finding in ledger.findings if finding.gap)
    return (
        Sentence("ledger", {"entries": ledger.entries, "heads": ledger.heads, "records": ledger.records}),
        Table(
            "head",
            ("what", "value"),
            (("size", head.size), ("root", head.root), ("at", head.at), ("key", head.key)),
        ),
        Table("gaps", ("ledger_entry", "detail"), gaps),
        Sentence("left_out", {"count": found.counted.left_out}),
    )
