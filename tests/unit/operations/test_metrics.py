"""The meter, and the dashboard that shows it."""

import json
import re
from pathlib import Path

from dialer.adapters.metrics import PrometheusMeter

DASHBOARD = Path(__file__).parents[3] / "docker" / "grafana" / "dialer.json"


def full() -> PrometheusMeter:
    """Return a meter for which everything happened once."""
    meter = PrometheusMeter()
    meter.decided(permits=2, refusals=[("NO_CONSENT", "HOLIDAY"), ("HOLIDAY",)])
    meter.dialled("default")
    meter.ended("MESSAGE_PLAYED")
    for time in (meter.originated, meter.heard, meter.opposed, meter.waited):
        time(0.02)
    meter.depth("originates", 3)
    meter.answered("GET", "/v1/calls/{attempt_id}", 200, 0.02)
    meter.database(up=True)
    meter.loop_lag(0.01, 0.02)
    meter.side_job("webhooks", failing=True)
    meter.machine(calls=4, halted=True, clock_trusted=True, pbxs={"pbx1": False})
    return meter


def figures(meter: PrometheusMeter) -> dict[str, float]:
    lines = [line for line in meter.page().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_refusal_counts_once_under_each_of_its_codes() -> None:
    found = figures(full())
    assert found['dialer_refusals_total{code="NO_CONSENT"}'] == 1
    assert found['dialer_refusals_total{code="HOLIDAY"}'] == 2
    assert found["dialer_permits_total"] == 2


def test_the_state_of_the_machine_is_shown_as_it_is() -> None:
    found = figures(full())
    assert (found["dialer_calls_alive"], found["dialer_halted"]) == (4, 1)
    assert found['dialer_pbx_ready{pbx="pbx1"}'] == 0


def test_two_meters_count_apart() -> None:
    full()
    assert figures(PrometheusMeter())["dialer_permits_total"] == 0


def test_the_dashboard_shows_only_what_there_is_and_all_that_was_promised() -> None:
    shown = set(re.findall(r"dialer_\w+", json.dumps(json.loads(DASHBOARD.read_text())["panels"])))
    there = {name.partition("{")[0] for name in figures(full())}
    assert shown <= there
    assert {re.sub("_(bucket|count|sum|created|total)$", "", name) for name in there} == {
        re.sub("_(bucket|total)$", "", name) for name in shown
    }
