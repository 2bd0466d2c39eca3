"""The only place that builds adapters and wires them to the services."""

from dialer.bootstrap.oppositions import OppositionDesk, open_desk
from dialer.bootstrap.pbxs import Links, ami_address, halt_notes, open_fleet, stop_pbxs
from dialer.bootstrap.service import Service, open_service, prepare_home, real_clock

__all__ = [
    "Links",
    "OppositionDesk",
    "Service",
    "ami_address",
    "halt_notes",
    "open_desk",
    "open_fleet",
    "open_service",
    "prepare_home",
    "real_clock",
    "stop_pbxs",
]
