"""The reach of a halt: apart, as a halt loads nothing that it does not need."""

from typing import Annotated, Self

from dialer.services.pbx.halt_at_pbx import HaltReport
from dialer.views.base import View, about


class HaltView(View):
    """The reach of a halt, or of its end."""

    pbxs: Annotated[tuple[str, ...], about("Every PBX that was to be told.", ["pbx1", "pbx2"])]
    unreachable: Annotated[
        dict[str, str], about("By PBX that could not be told, why.", {"pbx2": "connection refused"})
    ]
    recorded: Annotated[bool, about("Whether the database knows.", True)]

    @classmethod
    def of(cls, report: HaltReport) -> Self:
        return cls.mirror(report)
