"""`dialer prompts`: the prompts of a campaign, before and after its approval."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import JsonOption, print_json, print_table
from dialer.cli.campaigns import read_campaign
from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput, Unavailable
from dialer.domain.base.types import CampaignId
from dialer.domain.probes.greeting import RATE, wave_of
from dialer.ports.campaigns import CompiledScript
from dialer.views.campaigns import ScriptView

app = typer.Typer(help="Build, list and play prompts.", no_args_is_help=True)

CampaignFileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE.toml", help="What this campaign file would say.")
]
ApprovedOption = Annotated[
    str | None, typer.Option("--campaign", metavar="ID", help="As approved for this campaign.")
]
PLAYER = ("play", "-q", "-t", "raw", "-r", str(RATE), "-e", "a-law", "-b", "8", "-c", "1", "-")


@app.command()
def build(file: Annotated[Path, typer.Argument(metavar="FILE.toml")], as_json: JsonOption = False) -> None:
    """Compile and check what a campaign file says; approve nothing."""
    _show(with_service(lambda service, actor: _script(service, actor, file, None)), as_json=as_json)


@app.command("list")
def list_prompts(
    campaign: Annotated[str, typer.Option("--campaign", metavar="ID")], as_json: JsonOption = False
) -> None:
    """List the approved prompts, each with its length, its voice and its hash."""
    _show(with_service(lambda service, actor: _script(service, actor, None, campaign)), as_json=as_json)


@app.command()
def play(
    name: Annotated[str, typer.Argument(metavar="PROMPT")],
    file: CampaignFileOption = None,
    campaign: ApprovedOption = None,
    wav: Annotated[
        Path | None, typer.Option("--wav", metavar="FILE.wav", help="Write it here instead.")
    ] = None,
) -> None:
    """Play one prompt as callees hear it, or write it to a file."""

    async def work(service: Service, actor: Actor) -> bytes:
        script = await _script(service, actor, file, campaign)
        return await service.suite.scripts.audio(script.script, name)

    audio = with_service(work)
    if wav is not None:
        _write(wav, audio)
    elif not _played(audio):
        raise Unavailable("this machine plays no sound", hint="write it to a file with --wav FILE.wav")


async def _script(service: Service, actor: Actor, file: Path | None, campaign: str | None) -> CompiledScript:
    if (file is None) == (campaign is None):
        raise typer.BadParameter("name a campaign file or a campaign", param_hint="--file / --campaign")
    if campaign is not None:
        return await service.suite.scripts.approved(actor, CampaignId(campaign))
    assert file is not None
    source = read_campaign(file)
    return await service.suite.scripts.build(actor, source.definition, source.recordings)


def _played(audio: bytes) -> bool:
    if shutil.which(PLAYER[0]) is None:
        return False
    # No word of the command comes from outside.
    return subprocess.run(PLAYER, input=audio, check=False).returncode == 0  # noqa: S603


def _show(script: CompiledScript, *, as_json: bool) -> None:
    view = ScriptView.of(script)
    if as_json:
        print_json(view)
    else:
        print_table([prompt.document() for prompt in view.prompts], ("name", "seconds", "voice", "sha256"))


def _write(path: Path, audio: bytes) -> None:
    try:
        path.write_bytes(wave_of(audio))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror})") from None
