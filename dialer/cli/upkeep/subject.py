"""dialer subject: records about one person, and their erasing."""

from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import Json, NumberArgument
from dialer.cli.base.output import print_json, print_view
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.ports.upkeep.subjects import Erased
from dialer.services.upkeep.subjects import Subject
from dialer.views.subject import ErasedView, SubjectView

app = typer.Typer(help="Answer people who ask what is kept about them.", no_args_is_help=True)


@app.command()
def export(
    number: NumberArgument,
    _: Annotated[bool, typer.Option("--json", help="It is one JSON document in any case.")] = False,
) -> None:
    """Print everything kept about a number, in any spelling, refused decisions included.

    That it was read is recorded.
    """

    async def work(service: Service, actor: Actor) -> Subject:
        return await service.suite.subjects.export(actor, number)

    print_json(SubjectView.of(with_service(work)))


@app.command()
def erase(number: NumberArgument, as_json: Json = False) -> None:
    """Erase a number for good; for administrators.

    Its oppositions stay in force, its consents are taken back.
    """

    async def work(service: Service, actor: Actor) -> Erased:
        return await service.suite.subjects.erase(actor, number)

    print_view(ErasedView.of(with_service(work)), as_json=as_json)
