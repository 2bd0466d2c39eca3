"""Asterisk's configuration files, rendered from a specification.

Reads the templates of docker/asterisk and writes nothing.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from dialer.adapters.pbx.places import DOCKER, MODULES, dialplan_files
from dialer.adapters.pbx.spec import PbxSpec
from dialer.adapters.secret_files import copies_key

AMI_USER = "dialer"


@dataclass(frozen=True, slots=True)
class PbxSecrets:
    """The secrets of a PBX.

    `ami` is the AMI password, `seal` the key of the seals that 10-permit.conf checks, `line` that
    of the numbers that 95-inbound.conf stores.
    """

    ami: str
    seal: str
    line: str


def render(spec: PbxSpec, secrets: PbxSecrets) -> dict[str, str]:
    """Render the files: text by file name below /etc/asterisk."""
    values = {
        "name": spec.name,
        "modules": [
            line for line in MODULES.read_text(encoding="utf-8").splitlines() if line.endswith(".so")
        ],
        "ami_port": spec.ami_port,
        "user": AMI_USER,
        "secret": secrets.ami,
        "copies_key": copies_key(secrets.ami),
        "seal_key": secrets.seal,
        "line_key": secrets.line,
        "sip_bind": f"{spec.sip_address}:{spec.sip_port}",
        "trunks": spec.trunks,
        "rtp_first": spec.rtp_first,
        "rtp_last": spec.rtp_last,
        "dialplan_files": [file.name for file in dialplan_files()],
    }
    templates = _templates()
    files = {
        name.removesuffix(".j2"): templates.get_template(name).render(values)
        for name in templates.list_templates(extensions=["j2"])
    }
    return files | {f"dialplans/{file.name}": file.read_text(encoding="utf-8") for file in dialplan_files()}


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(DOCKER / "asterisk"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),
    )
