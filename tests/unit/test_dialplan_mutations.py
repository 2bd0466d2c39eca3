"""The proof holds of the real dialplan, and falls with every one of its claims broken by hand."""

import pytest

from dialer.adapters.pbx.places import dialplan_files
from dialer.domain.dialplan.parse import parse
from dialer.domain.dialplan.proof import Proof, prove
from tests.unit.dialplan_mutants import MUTANTS, Mutant


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


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_dialplan_is_caught(mutant: Mutant, files: dict[str, str]) -> None:
    claims = {claim.name: claim for claim in prove(parse(mutant.of(files)), mutant.claim).claims}
    caught = claims[mutant.claim]
    assert not caught.holds, [name for name, claim in claims.items() if not claim.holds]
    if mutant.claim != "closed":
        assert caught.path[0].startswith("10-permit.conf:")
