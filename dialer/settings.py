"""The environment and `dialer.toml`, read once and frozen.

Anything unknown or bad stops the start with one line.
"""

import hashlib
import ipaddress
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dialer.domain.base.errors import BadSettings
from dialer.domain.base.key_paths import values_by_path
from dialer.domain.base.types import PhoneNumber
from dialer.domain.campaigns.campaign_definition import E164, PART_NAME
from dialer.domain.decision.facts import AuthorisedCallerId, TrunkFacts
from dialer.domain.upkeep import Topic
from dialer.ports.upkeep import WebhookUrl

PartName = Annotated[str, StringConstraints(pattern=rf"^{PART_NAME}$")]
HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
HostPort = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]+:[0-9]{1,5}$")]


class SettingsSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CallerIdSettings(SettingsSection):
    number: E164
    mandate_ends_at: AwareDatetime | None = None


class PbxSettings(SettingsSection):
    """A PBX to drive. The files are relative to the home.

    `secret_file` holds the AMI password, `seal_file` the key of the permits' seals, `line_file` the
    key of numbers taken down on the call-back line.
    """

    name: PartName
    ami: HostPort
    user: str = "dialer"
    secret_file: str
    seal_file: str = ""
    line_file: str = ""

    @property
    def seal_path(self) -> str:
        return self.seal_file or f"{self.name}.seal"

    @property
    def line_path(self) -> str:
        return self.line_file or f"{self.name}.line"


class TrunkSettings(SettingsSection):
    name: PartName = "default"
    pbx: tuple[PartName, ...]
    host: HostPort
    calls_per_second: float = Field(default=20, gt=0, le=1000)
    max_concurrent: int = Field(default=200, ge=1, le=100_000)
    caller_ids: tuple[E164 | CallerIdSettings, ...] = ()

    @property
    def loopback(self) -> bool:
        host = self.host.rpartition(":")[0]
        return host == "localhost" or _is_loopback(host)

    @property
    def facts(self) -> TrunkFacts:
        return TrunkFacts(self.name, self.loopback, tuple(map(_authorised, self.caller_ids)))


class WebhookSettings(SettingsSection):
    """An address to notify, and the events it gets.

    `secret_file` (relative to the home) holds the key of the signatures.
    """

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]\S*$", max_length=2000)]
    secret_file: str
    events: tuple[Topic, ...] = tuple(Topic)

    @model_validator(mode="after")
    def check_encrypted(self) -> "WebhookSettings":
        address = urlsplit(self.url)
        host = address.hostname or ""
        if not _is_host(host) or address.port == 0:
            raise ValueError(f"{host!r} is no name of a host")
        if address.scheme != "https" and host != "localhost" and not _is_loopback(host):
            raise ValueError("only addresses on loopback may do without https")
        return self

    @property
    def endpoint(self) -> WebhookUrl:
        return WebhookUrl(hashlib.sha256(self.url.encode()).hexdigest()[:16])


class ConfigFile(SettingsSection):
    """The whole of `dialer.toml`."""

    pbx: tuple[PbxSettings, ...] = ()
    trunk: tuple[TrunkSettings, ...] = ()
    webhook: tuple[WebhookSettings, ...] = ()

    @model_validator(mode="after")
    def check_names(self) -> "ConfigFile":
        for kind, names in (
            ("pbx", [p.name for p in self.pbx]),
            ("trunk", [t.name for t in self.trunk]),
            ("webhook", [w.url for w in self.webhook]),
        ):
            if repeated := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{kind} {min(repeated)!r} stands twice")
        return self


class Environment(SettingsSection):
    """The `DIALER_...` variables. Refuse others with that prefix: a misspelt one would be lost."""

    home: Path = Path("var")
    database_url: str = ""
    config: Path | None = None
    token: str = ""
    rate_limit: float = Field(default=50, gt=0)


class Settings(SettingsSection):
    home: Path
    database_url: str
    token: str
    rate_limit: float
    pbxs: tuple[PbxSettings, ...]
    trunks: tuple[TrunkSettings, ...]
    webhooks: tuple[WebhookSettings, ...] = ()

    def trunk(self, name: str) -> TrunkSettings | None:
        return next((trunk for trunk in self.trunks if trunk.name == name), None)


Part = TypeVar("Part", PbxSettings, TrunkSettings)


def read_settings() -> Settings:
    """Read everything. Raise `BadSettings`, one line."""
    return _settings(_environment())


def settings_of(home: Path) -> Settings:
    """Read the settings of a home that stands alone, as the demo's does. Ignore the environment."""
    return _settings(Environment.model_construct(home=home))


def _settings(environment: Environment) -> Settings:
    home = environment.home.absolute()
    config = _config_file(environment.config, home / "dialer.toml")
    started = _started_pbxs(home)
    return Settings(
        home=home,
        database_url=environment.database_url or f"sqlite:///{home / 'dialer.db'}",
        token=environment.token,
        rate_limit=environment.rate_limit,
        pbxs=_merge(config.pbx, started.pbx),
        trunks=_merge(config.trunk, started.trunk),
        webhooks=config.webhook,
    )


def _environment() -> Environment:
    known = {f"DIALER_{name.upper()}": name for name in Environment.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith("DIALER_") and name not in known)
    if unknown:
        raise BadSettings(f"unknown setting {unknown[0]}", hint=f"known are {', '.join(sorted(known))}")
    try:
        return Environment.model_validate(
            {known[name]: value for name, value in os.environ.items() if name in known}
        )
    except ValidationError as error:
        raise BadSettings(_first_problem("the environment", error)) from None


def _config_file(named: Path | None, default: Path) -> ConfigFile:
    if named is None and not default.exists():
        return ConfigFile()
    path = named or default
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        _demand_no_booleans(path, told)
        return ConfigFile.model_validate(told)
    except OSError as error:
        raise BadSettings(
            f"{path}: {error.strerror}", hint="name an existing file in DIALER_CONFIG or unset it"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        raise BadSettings(_first_problem(str(path), error)) from None


def _demand_no_booleans(path: Path, told: object) -> None:
    """Refuse booleans: no setting takes one, and pydantic would read a number from it, 0 or 1."""
    for place, value in values_by_path(told):
        if isinstance(value, bool):
            raise BadSettings(f"{path}: {place} is {str(value).lower()}, which no setting takes")


def _started_pbxs(home: Path) -> ConfigFile:
    """Read the records of `dialer pbx up`: one file a PBX, in the same shape as `dialer.toml`."""
    parts = [_config_file(path, path) for path in sorted(home.glob("pbx/*/dialer.toml"))]
    trunks: dict[str, TrunkSettings] = {}
    for trunk in (trunk for part in parts for trunk in part.trunk):
        known = trunks.get(trunk.name)
        trunks[trunk.name] = known.model_copy(update={"pbx": known.pbx + trunk.pbx}) if known else trunk
    return ConfigFile(pbx=tuple(pbx for part in parts for pbx in part.pbx), trunk=tuple(trunks.values()))


def _merge(written: tuple[Part, ...], started: tuple[Part, ...]) -> tuple[Part, ...]:
    """Join settings. A written one wins over a recorded one (`dialer pbx up`) of the same name."""
    names = {part.name for part in written}
    return written + tuple(part for part in started if part.name not in names)


def _first_problem(where: str, error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{where}: {'.'.join(map(str, first['loc'])) or 'settings'}: {first['msg']}"


def _authorised(entry: str | CallerIdSettings) -> AuthorisedCallerId:
    if isinstance(entry, CallerIdSettings):
        return AuthorisedCallerId(PhoneNumber(entry.number), entry.mandate_ends_at)
    return AuthorisedCallerId(PhoneNumber(entry), None)


def _is_host(host: str) -> bool:
    """Return True for an address or a host name: labels of 1 to 63 characters, in any script."""
    try:
        name = host.removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = name.split(".")
    return _is_address(host) or (len(name) <= 253 and all(HOST_LABEL.fullmatch(label) for label in labels))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
