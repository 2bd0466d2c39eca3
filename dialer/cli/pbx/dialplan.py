"""dialer dialplan: the proof that a call goes as it must."""

import asyncio
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from dialer.adapters.ami.dialplan import RunningDialplan
from dialer.adapters.pbx.dialplan import DialplanFiles
from dialer.adapters.pbx.places import DIALPLANS
from dialer.bootstrap import ami_address
from dialer.cli.base.errors import FAILED
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_json
from dialer.dialplan_checker.assumptions import ASSUMPTIONS
from dialer.dialplan_checker.proof import ClaimProof
from dialer.domain.base.errors import NotFound
from dialer.services.pbx.dialplan import DialplanVerdict
from dialer.services.pbx.dialplan import verify as verify_source
from dialer.settings import read_settings
from dialer.views.dialplan import DialplanView

app = typer.Typer(help="Prove the dialplan.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="Dialplan files; the program's own where not named.")
]
PbxName = Annotated[
    str | None, typer.Option("--pbx", metavar="NAME", help="What this running PBX has loaded.")
]


@app.callback()
def dialplan() -> None:
    """Prove the dialplan."""


@app.command()
def verify(folder: Folder = None, pbx: PbxName = None, as_json: Json = False) -> None:
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
