"""What stands in a file of keys and values, once it is read."""

from collections.abc import Iterator, Mapping


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Everything that is neither a table nor a list, with its path: `sponsor.name`, `trunk.0.pbx`."""
    if not isinstance(value, Mapping | list):
        yield path, value
        return
    for name, item in value.items() if isinstance(value, Mapping) else enumerate(value):
        yield from leaves(item, f"{path}.{name}" if path else str(name))
