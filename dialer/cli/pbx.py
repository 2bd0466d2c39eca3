"""`dialer pbx`: the Dockerised Asterisk of this home. `dialer dialplan`: proof of a dialplan."""

import asyncio
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from dialer.adapters.ami.dialplan import RunningDialplan
from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.configuration import PbxSpec, TrunkEndpoint
from dialer.adapters.pbx.container import DIALPLANS
from dialer.adapters.pbx.dialplan import DialplanFiles
from dialer.adapters.pbx.lifecycle import PbxStatus
from dialer.bootstrap import ami_address
from dialer.cli.base.program import FAILED
from dialer.cli.base.terminal import JsonOption, console, print_fields, print_json
from dialer.dialplan_checker.proof import ASSUMPTIONS, ClaimProof
from dialer.domain.base.errors import NotFound
from dialer.services.pbx.dialplan import DialplanVerdict
from dialer.services.pbx.dialplan import verify as verify_source
from dialer.settings import read_settings
from dialer.views.operations import PbxDownView, PbxStatusView, RunningPbxView
from dialer.views.pbx import DialplanView

dialplan_app = typer.Typer(help="Prove the dialplan.", no_args_is_help=True)

FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="Dialplan files; the program's own where not named.")
]
PbxOption = Annotated[
    str | None, typer.Option("--pbx", metavar="NAME", help="What this running PBX has loaded.")
]


@dialplan_app.callback()
def dialplan() -> None:
    """Prove the dialplan."""


@dialplan_app.command()
def verify(folder: FolderArgument = None, pbx: PbxOption = None, as_json: JsonOption = False) -> None:
    """Follow every path and prove the claims that a call must keep to.

    Exit 1 with the offending path where one fails.
    """
    if folder is not None and pbx is not None:
        raise typer.BadParameter("a folder and a PBX at once", param_hint="--pbx")
    ours = DialplanFiles()
    verdict = asyncio.run(verify_source(_running(pbx) if pbx else DialplanFiles(folder or DIALPLANS), ours))
    # A folder may hold the next version. A PBX on which calls are made may not.
    done = verdict.proof.holds and (verdict.approved or pbx is None)
    if as_json:
        print_json(DialplanView.of(verdict))
    else:
        _show(verdict)
    if not done:
        raise typer.Exit(FAILED)


def _running(name: str) -> RunningDialplan:
    settings = read_settings()
    known = [pbx for pbx in settings.pbxs if pbx.name == name]
    if not known:
        raise NotFound(
            f"no PBX {name!r} is known", hint="`dialer pbx up` starts one, dialer.toml names others"
        )
    return RunningDialplan(name, ami_address(settings.home, known[0]))


def _show(verdict: DialplanVerdict) -> None:
    proof = verdict.proof
    approved = "the approved one" if verdict.approved else "NOT the approved one"
    _line(f"{verdict.source}: {proof.steps} steps, {proof.states} states; hash {proof.hash}, {approved}")
    for claim in proof.claims:
        _show_claim(claim)
    for assumption in ASSUMPTIONS:
        _line(f"assumes: {assumption}")
    _line("proved" if proof.holds else "NOT proved")


def _show_claim(claim: ClaimProof) -> None:
    where = f"examined {claim.examined} times at {', '.join(spans(claim.evidence))}"
    if claim.holds:
        _line(f"holds  {claim.name}: {claim.statement} ({where})")
        return
    _line(f"FAILS  {claim.name}: {claim.objection}. {claim.statement}")
    for step in claim.path:
        _line(f"         {step}")


def spans(places: Iterable[str]) -> list[str]:
    """Join `file:3, file:4, file:7` to `file:3-4,7`. Leave places without a number as they are."""
    numbered = sorted((_numbered(place) for place in places), key=lambda pair: (pair[0], pair[1] or 0))
    return [
        head + ",".join(_runs([number for _, number in group if number is not None]))
        for head, group in groupby(numbered, key=lambda pair: pair[0])
    ]


def _numbered(place: str) -> tuple[str, int | None]:
    at = max(place.rfind(":"), place.rfind(",")) + 1
    return (place[:at], int(place[at:])) if place[at:].isdecimal() and at else (place, None)


def _runs(numbers: list[int]) -> list[str]:
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    ends = [(run[0][1], run[-1][1]) for run in runs]
    return [str(first) if first == last else f"{first}-{last}" for first, last in ends]


def _line(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


pbx = typer.Typer(help="Start, stop and check the Asterisk that makes the calls.", no_args_is_help=True)

NameOption = Annotated[str, typer.Option(help="Name of this PBX; several run side by side.")]


TrunkOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the INVITEs go.")]
TrunkNameOption = Annotated[str, typer.Option(help="What campaigns call this trunk.")]
SipPortOption = Annotated[int, typer.Option(help="UDP port of Asterisk's SIP.")]
AmiPortOption = Annotated[int, typer.Option(help="TCP port of AMI, on loopback only.")]
RtpOption = Annotated[str, typer.Option(metavar="A-B", help="UDP ports for sound, two a call.")]


@pbx.command()
def up(
    name: NameOption = "pbx1",
    trunk: TrunkOption = "127.0.0.1:5080",
    trunk_name: TrunkNameOption = "default",
    sip_port: SipPortOption = 5060,
    ami_port: AmiPortOption = 5038,
    rtp: RtpOption = "20000-22000",
    json: JsonOption = False,
) -> None:
    """Start Asterisk, building its image where that is missing; done when it takes calls."""
    running = asyncio.run(lifecycle.up(_spec(name, (trunk_name, trunk), (sip_port, ami_port), rtp)))
    if json:
        print_json(RunningPbxView.mirror(running))
    else:
        print_fields(
            {"pbx": f"{name} is up", "ami": running.ami, "sip": running.sip, "trunk": running.trunks[0]}
        )


@pbx.command()
def render(
    name: NameOption = "pbx1",
    trunk: TrunkOption = "127.0.0.1:5080",
    trunk_name: TrunkNameOption = "default",
    sip_port: SipPortOption = 5060,
    ami_port: AmiPortOption = 5038,
    rtp: RtpOption = "20000-22000",
) -> None:
    """Only write Asterisk's configuration, for a container that something else starts."""
    lifecycle.prepare(_spec(name, (trunk_name, trunk), (sip_port, ami_port), rtp))


@pbx.command()
def down(name: NameOption = "pbx1", json: JsonOption = False) -> None:
    """Stop Asterisk; calls in progress end. Its storage stays."""
    asyncio.run(lifecycle.down(name, read_settings().home))
    if json:
        print_json(PbxDownView(name=name, state="down"))
    else:
        print_fields({"pbx": f"{name} is down"})


@pbx.command()
def status(name: NameOption = "pbx1", json: JsonOption = False) -> None:
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
