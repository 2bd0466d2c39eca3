"""Options and arguments that several commands share, spelt alike everywhere."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
CampaignOption = Annotated[str, typer.Option("--campaign", metavar="ID", help="The campaign.")]
CampaignArgument = Annotated[str, typer.Argument(metavar="ID", help="The campaign.")]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="As people write it, or +33199000001.")]
