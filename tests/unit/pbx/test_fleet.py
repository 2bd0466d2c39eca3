"""The share of a campaign's pace for the PBXs of one process, when others drive the rest."""

from hypothesis import given
from hypothesis import strategies as st

from dialer.services.pbx.fleet import Fleet
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.samples.campaigns import MONDAY as NOW

PBXS = [f"pbx{number}" for number in range(5)]


def fleet(drives: set[str], others: set[str]) -> Fleet:
    made = Fleet({}, driven=True)
    for pbx in drives:
        made.set_ready(pbx, ready=True)
    for pbx in others:
        made.set_elsewhere(pbx, elsewhere=True)
    return made


@given(st.integers(0, 1000), st.lists(st.integers(0, 2), min_size=len(PBXS), max_size=len(PBXS)))
def test_the_parts_of_all_processes_make_the_whole(limit: int, drivers: list[int]) -> None:
    driven = {
        name: {p for p, driver in zip(PBXS, drivers, strict=True) if driver == name} for name in range(3)
    }
    parts = [fleet(own, set(PBXS) - own).shares(limit, PBXS) for own in driven.values()]
    assert sum(calls for calls, _ in parts) == limit
    assert abs(sum(fraction for _, fraction in parts) - 1) < 1e-9


def test_who_is_alone_has_it_all() -> None:
    assert fleet({"pbx1"}, set()).shares(7, ["pbx1", "pbx2"]) == (7, 1.0)


def test_a_pbx_of_another_trunk_has_no_part() -> None:
    assert fleet({"pbx1"}, {"pbx2"}).shares(7, ["pbx1"]) == (7, 1.0)


def test_without_a_pbx_at_work_here_there_is_no_part() -> None:
    assert fleet(set(), {"pbx1"}).shares(7, ["pbx1"]) == (0, 0.0)


def test_pbxs_with_as_many_calls_take_turns() -> None:
    made = Fleet({pbx: ScriptedLink(ScriptedPbx(lambda: NOW, pbx=pbx)) for pbx in PBXS[:3]}, driven=True)
    for pbx in PBXS[:3]:
        made.set_ready(pbx, ready=True)
    chosen = [made.choose(PBXS, lambda _: 0) for _ in range(6)]
    assert [telephony.pbx for telephony in chosen if telephony] == PBXS[:3] * 2


def test_the_pbx_with_the_fewest_calls_is_chosen_among_those_that_are_ready() -> None:
    made = Fleet({pbx: ScriptedLink(ScriptedPbx(lambda: NOW, pbx=pbx)) for pbx in PBXS[:3]}, driven=True)
    for pbx in PBXS[1:3]:
        made.set_ready(pbx, ready=True)
    calls = {"pbx0": 0, "pbx1": 7, "pbx2": 3}
    for _ in range(3):
        chosen = made.choose(PBXS, calls.__getitem__)
        assert chosen
        assert chosen.pbx == "pbx2"
