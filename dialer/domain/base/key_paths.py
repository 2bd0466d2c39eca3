"""The values of a file of keys and values, each with its path."""

from collections.abc import Iterator, Mapping


def values_by_path(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield each value that is neither a table nor a list, with its path.

    A path reads `sponsor.name` or `trunk.0.pbx`.
    """
    if not isinstance(value, Mapping | list):
        yield path, value
        return
    for name, item in value.items() if isinstance(value, Mapping) else enumerate(value):
        yield from values_by_path(item, f"{path}.{name}" if path else str(name))
