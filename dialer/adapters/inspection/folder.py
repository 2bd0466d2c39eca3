"""The folders of inspection packs, each file hashed while it is written.

Implementation of `dialer.ports.inspection.PackFolders`. A folder is there whole, or not at all.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.ports.inspection import FileDigest

BLOCK = 1 << 20


class Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class OpenFile:
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash: Hash = hashlib.sha256()
        self._size = 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)
        self._size += len(content)

    def digest(self) -> FileDigest:
        self._file.flush()
        return FileDigest(self._hash.hexdigest(), self._size)


class FolderFiles:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._open: dict[str, OpenFile] = {}
        self._done: dict[str, FileDigest] = {}

    def put(self, name: str, content: bytes) -> None:
        with self._path(name).open("xb") as file:
            file.write(content)
        self._done[name] = FileDigest(hashlib.sha256(content).hexdigest(), len(content))

    def append(self, name: str, lines: Iterable[str]) -> None:
        if name not in self._open:
            self._open[name] = OpenFile(self._stack.enter_context(self._path(name).open("xb")))
        self._open[name].write("".join(f"{line}\n" for line in lines).encode())

    def copy(self, name: str, source: Path) -> None:
        with source.open("rb") as original, self._path(name).open("xb") as file:
            copied = OpenFile(file)
            while block := original.read(BLOCK):
                copied.write(block)
            self._done[name] = copied.digest()

    def digests(self) -> Mapping[str, FileDigest]:
        return self._done | {name: file.digest() for name, file in self._open.items()}

    def _path(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class Folders:
    @contextmanager
    def making(self, folder: Path) -> Iterator[FolderFiles]:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
                raise Conflict(f"{folder} is there and not empty", hint="name a new folder")
            # Beside its place, so that one rename brings it there. Readable by its owner alone, for
            # it holds numbers.
            making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        except OSError as error:
            raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from None
        try:
            with ExitStack() as stack:
                yield FolderFiles(making, stack)
            making.rename(folder)
        except OSError as error:
            what = error.filename or folder
            raise InvalidInput(f"the pack cannot be written: {what}: {error.strerror}") from None
        finally:
            shutil.rmtree(making, ignore_errors=True)
