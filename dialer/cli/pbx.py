"""`dialer pbx`: the Dockerised Asterisk of this home."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.lifecycle import PbxStatus
from dialer.adapters.pbx.spec import PbxSpec, TrunkEndpoint
from dialer.cli.output import print_fields, print_json
from dialer.settings import read_settings

app = typer.Typer(help="Start, stop and check the Asterisk that makes the calls.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="Name of this PBX; several run side by side.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@app.command()
def up(
    name: Name = "pbx1",
    trunk: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the INVITEs go.")] = "127.0.0.1:5080",
    trunk_name: Annotated[str, typer.Option(help="What campaigns call this trunk.")] = "default",
    sip_port: Annotated[int, typer.Option(help="UDP port of Asterisk's SIP.")] = 5060,
    ami_port: Annotated[int, typer.Option(help="TCP port of AMI, on loopback only.")] = 5038,
    rtp: Annotated[str, typer.Option(metavar="A-B", help="UDP ports for sound, two a call.")] = "20000-22000",
    json: Json = False,
) -> None:
    """Start Asterisk, building its image where that is missing; done when it takes calls."""
    first, last = _ports(rtp)
    spec = PbxSpec(
        name=name,
        sip_port=sip_port,
        ami_port=ami_port,
        rtp_first=first,
        rtp_last=last,
        trunks=(_trunk(trunk_name, trunk),),
        home=read_settings().home,
    )
    running = asyncio.run(lifecycle.up(spec))
    if json:
        print_json(asdict(running))
    else:
        print_fields(
            {"pbx": f"{name} is up", "ami": running.ami, "sip": running.sip, "trunk": running.trunks[0]}
        )


@app.command()
def down(name: Name = "pbx1", json: Json = False) -> None:
    """Stop Asterisk; calls in progress end. What it stored stays."""
    asyncio.run(lifecycle.down(name, read_settings().home))
    if json:
        print_json({"name": name, "state": "down"})
    else:
        print_fields({"pbx": f"{name} is down"})


@app.command()
def status(name: Name = "pbx1", json: Json = False) -> None:
    """Say whether Asterisk is up; exit 1 if it is not."""
    found = asyncio.run(lifecycle.status(name, read_settings().home))
    if json:
        print_json(asdict(found))
    else:
        print_fields(_fields(found))
    if found.state != "up":
        raise typer.Exit(1)


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
