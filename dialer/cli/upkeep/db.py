"""dialer db: the schema of the database."""

import asyncio

import typer

from dialer.adapters.sql.db.migrate import upgrade as upgrade_schema
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_json
from dialer.settings import read_settings
from dialer.views.system import SchemaView

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """Look after the database."""


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the database to the schema of this program; harmless when it is there already."""
    asyncio.run(upgrade_schema(read_settings().database_url))
    if as_json:
        print_json(SchemaView(current=True))
    else:
        console.print("the database is current")
