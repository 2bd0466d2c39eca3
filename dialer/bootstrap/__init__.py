"""The only place that builds adapters and wires them to the services.

Each part is imported on demand: parts for the PBXs alone do not wait for the database's libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dialer.bootstrap.home import Links, clock_of, halt_notes
    from dialer.bootstrap.oppositions import OppositionDesk, open_desk
    from dialer.bootstrap.pbxs import ami_address, open_fleet, stop_pbxs
    from dialer.bootstrap.service import Service, open_service, prepare_home
    from dialer.bootstrap.webhooks import notifying

__all__ = [
    "Links",
    "OppositionDesk",
    "Service",
    "ami_address",
    "clock_of",
    "halt_notes",
    "notifying",
    "open_desk",
    "open_fleet",
    "open_service",
    "prepare_home",
    "stop_pbxs",
]

_PARTS = {
    "home": ("Links", "clock_of", "halt_notes"),
    "oppositions": ("OppositionDesk", "open_desk"),
    "pbxs": ("ami_address", "open_fleet", "stop_pbxs"),
    "service": ("Service", "open_service", "prepare_home"),
    "webhooks": ("notifying",),
}
_PLACES = {name: part for part, names in _PARTS.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401  -- whatever it is
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"dialer.bootstrap.{_PLACES[name]}"), name)
