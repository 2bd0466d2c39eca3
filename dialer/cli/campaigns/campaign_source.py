"""A campaign file on this machine's disk, with the recordings it names."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.base.errors import InvalidInput
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.services.campaigns.prompts import read_recordings

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CampaignSource:
    """A campaign file's content. `recordings` are by key of `[prompts]`."""

    definition: CampaignDefinition
    recordings: dict[str, bytes]


def read_campaign(path: Path) -> CampaignSource:
    """Read a campaign file and its recordings. Raise `InvalidInput`, naming everything wrong."""
    definition = parse_definition(_toml(path))
    return CampaignSource(definition, read_recordings(definition, path.parent))


def _toml(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InvalidInput(f"{path} is larger than a campaign file may be", hint="1 MiB is the most")
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from None
    except RecursionError:
        raise InvalidInput(f"{path} is nested too deeply for a campaign file") from None
