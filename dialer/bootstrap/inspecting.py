"""Wiring of the inspector, which writes inspection packs."""

from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.adapters.inspection.folder import Folders
from dialer.adapters.inspection.report import HtmlReports
from dialer.adapters.pbx.container import dialplan_files
from dialer.adapters.pbx.dialplan import DialplanFiles
from dialer.bootstrap.ledger import head_files
from dialer.bootstrap.service import Service
from dialer.inspection.findings import ListsAndProbes, ScriptAndRules
from dialer.inspection.inspector import InspectionDeps, Inspector


def inspector_of(service: Service) -> Inspector:
    parts, suite = service.parts, service.suite
    files, signer = head_files(parts.settings)
    tools = InspectionDeps(
        records=suite.calls,
        programs=ScriptAndRules(parts.store, suite.scripts, suite.replays, DialplanFiles(), conf),
        books=ListsAndProbes(parts.store, suite.retention, ProbeSoundFiles(parts.home)),
        vault=parts.vault,
        verifier=suite.ledger.verifier,
        sealer=parts.sealer,
        heads=files,
        signer=signer,
        folders=Folders(),
        reports=HtmlReports(),
    )
    return Inspector(parts.store, parts.clock, tools, pretended=parts.pretended)


def conf() -> dict[str, bytes]:
    """The dialplan's files by name."""
    return {file.name: file.read_bytes() for file in dialplan_files()}
