"""The house: one name an idea, narrow rooms, plain words. Measured on the files themselves."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = sorted((ROOT / "dialer").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

WIDEST_FOLDER = 20
"""Python files in one folder, `__init__.py` among them."""
WIDEST_LAYER = 15
"""Rooms and files of `domain` or of `services`, without `__init__.py`."""
LONGEST_FILE = 400
"""Lines of a Python file."""
LONGEST_TEST_NAME = 80
RIDDLES_PER_THOUSAND = 2.0
"""Riddling words allowed in a thousand words of docstrings.

The models of the field have 0.4 to 1.6.
"""

RIDDLE = re.compile(
    r"\b(whoever|whomever|nobody|whatever|whichever|what is|what was|what it|of whom|of which"
    r"|is told|are told|be told|told apart|all that|those that|those who)\b",
    re.IGNORECASE,
)

CAMEL_CASE = re.compile(r"_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*(_co|_contra)?")


def docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


def statements(path: Path) -> Iterator[ast.stmt]:
    """The statements of a module, with those under a condition such as `TYPE_CHECKING`."""
    left: list[ast.stmt] = list(reversed(ast.parse(path.read_text("utf-8")).body))
    while left:
        statement = left.pop()
        yield statement
        if isinstance(statement, ast.If):
            left += [*statement.body, *statement.orelse]


def assigned_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement assigns, and that of a `type` statement."""
    match statement:
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _ if type(statement).__name__ == "TypeAlias":  # Python 3.12
            yield statement.name.id  # type: ignore[attr-defined]


def type_names(path: Path) -> Iterator[str]:
    """The classes of a module, its aliases of types, its `NewType`s and variables of types.

    An assigned name is one of a type where it is in CamelCase. A variable of one letter (`T`) is
    none: it has no meaning outside its module.
    """
    for statement in statements(path):
        if isinstance(statement, ast.ClassDef):
            yield statement.name
        else:
            yield from (name for name in assigned_names(statement) if CAMEL_CASE.fullmatch(name))


def test_no_type_name_stands_in_two_modules() -> None:
    modules = defaultdict(set)
    for path in PRODUCT:
        for name in type_names(path):
            modules[name].add(str(path.relative_to(ROOT)))
    assert {name: sorted(where) for name, where in modules.items() if len(where) > 1} == {}


def test_no_folder_holds_more_than_twenty_files() -> None:
    folders: dict[Path, int] = defaultdict(int)
    for path in (*PRODUCT, *TESTS):
        folders[path.parent] += 1
    wide = {
        str(folder.relative_to(ROOT)): files for folder, files in folders.items() if files > WIDEST_FOLDER
    }
    assert wide == {}


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in (*PRODUCT, *TESTS)
    }
    assert {name: length for name, length in lines.items() if length > LONGEST_FILE} == {}


def test_domain_and_services_are_at_most_fifteen_entries_wide() -> None:
    for layer in ("domain", "services"):
        entries = {
            path.relative_to(ROOT / "dialer" / layer).parts[0]
            for path in (ROOT / "dialer" / layer).rglob("*.py")
        }
        assert len(entries - {"__init__.py"}) <= WIDEST_LAYER, layer


def test_docstrings_are_in_the_words_of_the_field() -> None:
    words = riddles = 0
    for path in PRODUCT:
        for text in docstrings(path):
            words += len(re.findall(r"\w+", text))
            riddles += len(RIDDLE.findall(text))
    assert 1000 * riddles / words <= RIDDLES_PER_THOUSAND


def test_names_of_tests_are_at_most_eighty_characters() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(node.name) > LONGEST_TEST_NAME
    ]
    assert long == []
