"""Rule packs from files: the package's own and, above them, those of the user's folder."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex


def load_packs(folder: Path | None = None) -> RulePackIndex:
    """Load the packs of the program, and those of `folder` if it is there.

    The user's win on the days they are in force. Raise `InvalidInput` with file, key and reason for
    the first file that is not a sound pack.
    """
    own = tuple(folder_packs(folder)) if folder and folder.exists() else ()
    try:
        return RulePackIndex(shipped_packs(), own)
    except InvalidInput as error:
        raise InvalidInput(error.detail, hint=f"see the files in {folder}") from None


def shipped_packs() -> Iterator[RulePack]:
    for entry in sorted(files("dialer.rulepacks").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            yield read_pack(entry.name, entry.read_text("utf-8"))


def folder_packs(folder: Path) -> Iterator[RulePack]:
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder of rule packs", hint="create it, or leave the setting out")
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"rule pack {path} cannot be read: {error}") from error
        yield read_pack(str(path), text).model_copy(update={"own": True})


def read_pack(name: str, text: str) -> RulePack:
    """Read one pack from its text. `name` is that of its file, for the message."""
    try:
        return RulePack.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"rule pack {name} is not TOML: {error}") from error
    except ValidationError as error:
        problems = tuple(problem_of(fault["loc"], fault["msg"]) for fault in error.errors())
        raise InvalidInput(f"rule pack {name} is unsound", problems) from error


def problem_of(location: tuple[int | str, ...], message: str) -> Problem:
    """Describe a fault of a pack. A fault of the pack as a whole names its key itself."""
    told = message.removeprefix("Value error, ")
    key, found, reason = told.partition(": ")
    if found and not location:
        return Problem(key, reason)
    return Problem(".".join(map(str, location)), told)
