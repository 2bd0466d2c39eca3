"""The proof holds of the real dialplan, and falls with every one of its claims broken by hand."""

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from dialer.adapters.pbx.container import dialplan_files
from dialer.dialplan_checker.proof import ClaimProof, Proof, prove
from dialer.dialplan_checker.reading import parse
from tests.unit.dialplan_checker.dialplan_mutant import Mutant
from tests.unit.dialplan_checker.dialplan_mutants import MUTANTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in dialplan_files()}


@pytest.fixture(scope="module")
def proof(files: dict[str, str]) -> Proof:
    return prove(parse(files))


def test_the_real_dialplan_is_proved(proof: Proof) -> None:
    assert [claim.objection for claim in proof.claims if not claim.holds] == []


def test_every_step_of_it_was_followed(proof: Proof, files: dict[str, str]) -> None:
    assert proof.steps == sum(
        line.startswith(("exten =>", " same =>")) for text in files.values() for line in text.splitlines()
    )


def test_every_claim_was_tried_on_something(proof: Proof) -> None:
    assert all(claim.examined and claim.evidence for claim in proof.claims)


def test_every_claim_has_a_mutant(proof: Proof) -> None:
    assert {mutant.claim for mutant in MUTANTS} == {claim.name for claim in proof.claims}


@pytest.fixture(scope="module")
def tried(request: pytest.FixtureRequest, files: dict[str, str]) -> Iterator[dict[str, Future[ClaimProof]]]:
    """Return the proofs of all requested mutants, by name.

    A proof takes seconds, and every core makes one.
    """
    asked = [
        item.callspec.params.get("mutant") for item in request.session.items if hasattr(item, "callspec")
    ]
    cores = ProcessPoolExecutor(mp_context=get_context("spawn"))
    try:
        yield {m.name: cores.submit(proof_of, m, files) for m in asked if isinstance(m, Mutant)}
    finally:
        cores.shutdown(cancel_futures=True)


def proof_of(mutant: Mutant, files: dict[str, str]) -> ClaimProof:
    """Prove the claim that must object; the walk ends there."""
    claims = prove(parse(mutant.of(files)), mutant.claim).claims
    return next(claim for claim in claims if claim.name == mutant.claim)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_dialplan_is_caught(mutant: Mutant, tried: dict[str, Future[ClaimProof]]) -> None:
    caught = tried[mutant.name].result()
    assert not caught.holds
    if mutant.claim != "closed":
        assert caught.path[0].startswith(("10-permit.conf:", "95-inbound.conf:"))
