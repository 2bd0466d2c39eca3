"""The service judges by its own time zone data, and starts with none missing or old (T027)."""

from datetime import timedelta

import pytest

from dialer.adapters import zone_data
from dialer.adapters.zone_data import demand_zone_data, zone_data_updated
from dialer.domain.base.errors import BadSettings
from tests.integration.command import LOOPBACK, Command

REAL = LOOPBACK.replace("127.0.0.1:5080", "192.0.2.10:5060")


def test_zone_data_is_fresh_for_twelve_months() -> None:
    updated = zone_data_updated()
    assert demand_zone_data(updated + timedelta(days=366), fresh=True) == updated
    with pytest.raises(BadSettings, match="older than twelve months"):
        demand_zone_data(updated + timedelta(days=366, seconds=1), fresh=True)
    assert demand_zone_data(updated + timedelta(days=9999), fresh=False) == updated


def test_the_service_does_not_start_with_old_zone_data_if_it_may_call_real_people(
    dialer: Command,
) -> None:
    (dialer.home / "dialer.toml").write_text(REAL, "utf-8")
    dialer.monkeypatch.setattr(zone_data, "OLDEST", timedelta(0))
    ran = dialer("serve", "--port", "0")
    assert (ran.status, "time zone data is of" in ran.complaint, "tzdata" in ran.complaint) == (2, True, True)


@pytest.mark.parametrize("trunk", [LOOPBACK, REAL])
def test_the_service_does_not_start_without_zone_data(dialer: Command, trunk: str) -> None:
    (dialer.home / "dialer.toml").write_text(trunk, "utf-8")
    empty = dialer.home / "nothing"
    dialer.monkeypatch.setattr(zone_data, "files", lambda _: empty)
    ran = dialer("serve", "--port", "0")
    assert (ran.status, "missing or damaged" in ran.complaint) == (2, True)
