"""Texts of the console in each language, from the files beside this one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("fr", "en")
NAMES = {"fr": "Français", "en": "English"}
FALLBACK = "en"


@cache
def words(language: str) -> Mapping[str, str]:
    """Read all texts of a language by their dotted key."""
    text = files("dialer.console").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{table}.{key}": value
        for table, entries in tomllib.loads(text).items()
        for key, value in entries.items()
    }


def say(language: str, key: str, **values: object) -> str:
    """Return a text. Raise `KeyError` for a key that no file has: a test looks for those."""
    return words(language)[key].format(**values)


def say_code(language: str, table: str, code: str) -> str:
    """Return a code in words, or the code itself where it has none."""
    return words(language).get(f"{table}.{code}", code)


def chosen(cookie: str | None, accepted: str) -> str:
    """Choose the language: the cookie's, or the first of `Accept-Language` that the console speaks.

    The header is that of RFC 9110, 12.5.4.
    """
    if cookie in LANGUAGES:
        return cookie
    ranked = sorted((weighed(part) for part in accepted.split(",")), key=lambda pair: -pair[0])
    return next((tag for weight, tag in ranked if weight > 0 and tag in LANGUAGES), FALLBACK)


def weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";q=")
    try:
        return float(weight or 1), tag.strip().lower()[:2]
    except ValueError:
        return 0.0, ""
