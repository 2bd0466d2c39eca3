"""Nothing can be left out of an inspection pack unnoticed, not even by its maker.

The whole ledger tells what belongs into it.
"""

import json
from datetime import timedelta
from pathlib import Path

from dialer.adapters.clock import pretend, pretending
from tests.integration.command import Command
from tests.integration.packs import judged_alone, key_of, made_anew, people_in, sign, wrong
from tests.samples.campaigns import MONDAY

LEDGER = "ledger/entries.jsonl"


def test_a_pack_made_anew_with_all_its_people_is_as_good_as_the_first(bare: Command, pack: Path) -> None:
    made_anew(pack, bare.home, people_in(pack))
    assert wrong(pack, key_of(bare)) == {}


def test_a_call_that_its_maker_left_out_is_named(bare: Command, pack: Path) -> None:
    people = people_in(pack)
    gone = people.pop()["calls"][0]["attempt_id"]
    made_anew(pack, bare.home, people)
    found = wrong(pack, key_of(bare))
    assert found.keys() == {LEDGER}
    assert f"decision.permit of {gone}) was left out" in found[LEDGER]
    status, said = judged_alone(pack)
    assert (status, f"of {gone}) was left out of the pack" in said) == (1, True)


def test_a_call_whose_record_alone_was_left_out_is_named(bare: Command, pack: Path) -> None:
    people = people_in(pack)
    gone = people[0]["calls"].pop()["attempt_id"]
    made_anew(pack, bare.home, people)
    assert f"of {gone}) was left out" in wrong(pack, key_of(bare))[LEDGER]


def test_an_opposition_that_its_maker_left_out_is_named(bare: Command, called: str, tmp_path: Path) -> None:
    """The opposition came by letter from a person called before: no call's record tells of it."""
    pretend(bare.home, pretending(MONDAY + timedelta(days=1)).shift)
    bare.must("suppressions", "add", "+33199000000", "--channel", "letter")
    pack = tmp_path / "pack"
    bare.must("inspect", "--campaign", called, "--out", str(pack))
    people = people_in(pack)
    person = next(person for person in people if person["phone_number"] == "+33199000000")
    kept = [item for item in person["entries"] if json.loads(item["text"])["kind"] != "suppression.add"]
    assert len(kept) < len(person["entries"])
    person["entries"] = kept
    made_anew(pack, bare.home, people)
    assert "(suppression.add" in wrong(pack, key_of(bare))[LEDGER]


def test_an_act_of_the_campaign_that_its_maker_left_out_is_named(bare: Command, pack: Path) -> None:
    acts = pack / "ledger" / "acts.jsonl"
    lines = acts.read_text("utf-8").splitlines(keepends=True)
    acts.write_text("".join(line for line in lines if "campaign.start" not in line), "utf-8")
    sign(pack, bare.home)
    assert "(campaign.start of" in wrong(pack, key_of(bare))[LEDGER]


def test_a_ledger_that_its_maker_shortened_is_not_that_of_the_head(bare: Command, pack: Path) -> None:
    people = people_in(pack)
    gone = people.pop()["calls"][0]["attempt_id"]
    made_anew(pack, bare.home, people)
    lines = (pack / LEDGER).read_text("utf-8").splitlines(keepends=True)
    for left in ([line for line in lines if gone not in line], lines[:-1]):
        (pack / LEDGER).write_text("".join(left), "utf-8")
        sign(pack, bare.home)
        assert "these are not the" in wrong(pack, key_of(bare))[LEDGER]
    (pack / LEDGER).unlink()
    sign(pack, bare.home)
    assert "cannot be read" in wrong(pack, key_of(bare))[LEDGER]


def test_a_masked_pack_says_what_it_cannot_show_and_is_held_against_an_export(
    bare: Command, called: str, tmp_path: Path
) -> None:
    pack, export = tmp_path / "pack", tmp_path / "export"
    bare.must("inspect", "--campaign", called, "--out", str(pack), "--masked")
    assert not (pack / LEDGER).exists()
    status, said = judged_alone(pack)
    assert (status, "NOT CHECKED: whether calls were left out" in said) == (0, True)
    bare.must("ledger", "export", str(export))
    status, said = judged_alone(pack, "--ledger", str(export))
    assert (status, "NOT CHECKED" in said) == (0, False)
    people = people_in(pack)
    gone = people.pop()["calls"][0]["attempt_id"]
    made_anew(pack, bare.home, people)
    assert judged_alone(pack)[0] == 0
    status, said = judged_alone(pack, "--ledger", str(export))
    assert (status, f"of {gone}) was left out" in said) == (1, True)
