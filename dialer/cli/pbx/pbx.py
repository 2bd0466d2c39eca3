"""`dialer pbx`: the Dockerised Asterisk of this home."""

import asyncio
from typing import Annotated

import typer

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.lifecycle import PbxStatus
from dialer.adapters.pbx.spec import PbxSpec, TrunkEndpoint
from dialer.cli.base.output import print_fields, print_json
from dialer.settings import read_settings
from dialer.views.system import PbxDownView, PbxStatusView, RunningPbxView

app = typer.Typer(help="Start, stop and check the Asterisk that makes the calls.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="Name of this PBX; several run side by side.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


Trunk = Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the INVITEs go.")]
TrunkName = Annotated[str, typer.Option(help="What campaigns call this trunk.")]
SipPort = Annotated[int, typer.Option(help="UDP port of Asterisk's SIP.")]
AmiPort = Annotated[int, typer.Option(help="TCP port of AMI, on loopback only.")]
Rtp = Annotated[str, typer.Option(metavar="A-B", help="UDP ports for sound, two a call.")]


@app.command()
def up(
    name: Name = "pbx1",
    trunk: Trunk = "127.0.0.1:5080",
    trunk_name: TrunkName = "default",
    sip_port: SipPort = 5060,
    ami_port: AmiPort = 5038,
    rtp: Rtp = "20000-22000",
    json: Json = False,
) -> None:
    """Start Asterisk, building its image where that is missing; done when it takes calls."""
    running = asyncio.run(lifecycle.up(_spec(name, (trunk_name, trunk), (sip_port, ami_port), rtp)))
    if json:
        print_json(RunningPbxView.mirror(running))
    else:
        print_fields(
            {"pbx": f"{name} is up", "ami": running.ami, "sip": running.sip, "trunk": running.trunks[0]}
        )


@app.command()
def render(
    name: Name = "pbx1",
    trunk: Trunk = "127.0.0.1:5080",
    trunk_name: TrunkName = "default",
    sip_port: SipPort = 5060,
    ami_port: AmiPort = 5038,
    rtp: Rtp = "20000-22000",
) -> None:
    """Only write Asterisk's configuration, for a container that something else starts."""
    lifecycle.prepare(_spec(name, (trunk_name, trunk), (sip_port, ami_port), rtp))


@app.command()
def down(name: Name = "pbx1", json: Json = False) -> None:
    """Stop Asterisk; calls in progress end. Its storage stays."""
    asyncio.run(lifecycle.down(name, read_settings().home))
    if json:
        print_json(PbxDownView(name=name, state="down"))
    else:
        print_fields({"pbx": f"{name} is down"})


@app.command()
def status(name: Name = "pbx1", json: Json = False) -> None:
    """Say whether Asterisk is up; exit 1 if it is not."""
    found = asyncio.run(lifecycle.status(name, read_settings().home))
    if json:
        print_json(PbxStatusView.mirror(found))
    else:
        print_fields(_fields(found))
    if found.state != "up":
        raise typer.Exit(1)


def _spec(name: str, trunk: tuple[str, str], ports: tuple[int, int], rtp: str) -> PbxSpec:
    first, last = _ports(rtp)
    return PbxSpec(
        name=name,
        sip_port=ports[0],
        ami_port=ports[1],
        rtp_first=first,
        rtp_last=last,
        trunks=(_trunk(*trunk),),
        home=read_settings().home,
    )


def _fields(found: PbxStatus) -> dict[str, object]:
    fields: dict[str, object] = {"pbx": f"{found.name} is {found.state}"}
    if found.detail:
        fields["why"] = found.detail
    if found.running is not None:
        fields |= {
            "ami": found.running.ami,
            "sip": found.running.sip,
            "trunks": ", ".join(found.running.trunks),
        }
    return fields


def _trunk(name: str, address: str) -> TrunkEndpoint:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise typer.BadParameter(f"{address!r} is not HOST:PORT", param_hint="--trunk")
    return TrunkEndpoint(name, host, int(port))


def _ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        raise typer.BadParameter(f"{text!r} is not A-B", param_hint="--rtp")
    return int(first), int(last)
