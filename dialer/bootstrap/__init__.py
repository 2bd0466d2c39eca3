"""The only place that builds adapters and wires them to the services.

Each part is imported when it is asked for: what speaks to the PBXs alone does not wait for the database's libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dialer.bootstrap.clocks import clock_of
    from dialer.bootstrap.oppositions import OppositionDesk, open_desk
    from dialer.bootstrap.pbxs import Links, ami_address, halt_notes, open_fleet, stop_pbxs
    from dialer.bootstrap.service import Service, open_service, prepare_home

__all__ = [
    "Links",
    "OppositionDesk",
    "Service",
    "ami_address",
    "clock_of",
    "halt_notes",
    "open_desk",
    "open_fleet",
    "open_service",
    "prepare_home",
    "stop_pbxs",
]

_PARTS = {"oppositions": ("OppositionDesk", "open_desk"), "clocks": ("clock_of",), "service": __all__}
_PARTS["pbxs"] = ("Links", "ami_address", "halt_notes", "open_fleet", "stop_pbxs")
_PLACES = {name: part for part in ("service", "oppositions", "clocks", "pbxs") for name in _PARTS[part]}


def __getattr__(name: str) -> Any:  # noqa: ANN401  -- whatever it is
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"dialer.bootstrap.{_PLACES[name]}"), name)
