"""A check that the ports are free.

On the host's network Asterisk would only write a line to its log and be deaf.
"""

import socket

from dialer.adapters.pbx.errors import PortBusy
from dialer.adapters.pbx.spec import PbxSpec


def require_free_ports(spec: PbxSpec) -> None:
    """Raise `PortBusy`, naming the first port that is taken."""
    _require(socket.SOCK_STREAM, "127.0.0.1", spec.ami_port, "AMI", "--ami-port")
    _require(socket.SOCK_DGRAM, spec.sip_address, spec.sip_port, "SIP", "--sip-port")


def _require(kind: socket.SocketKind, address: str, port: int, use: str, option: str) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As Asterisk does: connections that only wait to be forgotten do not make a port busy.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise PortBusy(
                f"the {use} port {port} is in use", hint=f"free it or choose another with {option}"
            ) from None
