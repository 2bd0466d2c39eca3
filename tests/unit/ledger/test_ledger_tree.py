"""The tree against the definition of RFC 9162, and against vectors of certificate transparency."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Span,
    Subtree,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    runs,
)
from dialer.verifier.verify_ledger import consistent, included

# The leaves with which certificate transparency's implementations have been tested since RFC 6962,
# and their roots by tree size.
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes(range(0x60, 0x70)))
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_0_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]

sizes = st.integers(min_value=1, max_value=700)


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def defined_root(leaves: list[bytes]) -> bytes:
    """Compute MTH of RFC 9162, 2.1.1, by its own recursion."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while 2 * middle < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:middle]) + defined_root(leaves[middle:])).digest()


def root(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(Subtree(0, leaf))
    return frontier.root()


def proof(spans: list[Span], leaves: list[bytes]) -> list[bytes]:
    return [defined_root(leaves[span.start : span.end]) for span in spans]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


def test_the_path_is_that_of_certificate_transparency() -> None:
    leaves = [leaf_hash(leaf) for leaf in LEAVES]
    assert [node.hex() for node in proof(inclusion_spans(0, 8), leaves)] == PATH_OF_0_IN_8


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(sizes)
def test_a_tree_that_grows_has_the_root_that_is_defined(size: int) -> None:
    assert root(hashes(size)) == defined_root(hashes(size))


@given(sizes)
def test_a_frontier_written_and_read_goes_on_as_before(size: int) -> None:
    frontier = Frontier()
    for leaf in hashes(size):
        frontier.add(Subtree(0, leaf))
    again = Frontier.decode(size, frontier.encode())
    assert again.size == size
    again.add(Subtree(0, leaf_hash(b"next")))
    assert again.root() == defined_root([*hashes(size), leaf_hash(b"next")])


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier.decode(5, bytes(32))


@given(sizes, st.data())
def test_every_leaf_is_proved_to_be_in_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = hashes(size)
    path = proof(inclusion_spans(index, size), leaves)
    assert included(index, size, leaves[index], path, root(leaves))
    assert not included(index, size, leaf_hash(b"forged"), path, root(leaves))
    assert not included(index + 1, size, leaves[index], path, root(leaves))
    assert not included(index, size, leaves[index], [*path, leaves[0]], root(leaves))
    assert not included(index, size, leaves[index], path, leaf_hash(b"another root"))
    if path:
        assert not included(index, size, leaves[index], path[:-1], root(leaves))


@given(sizes, st.data())
def test_growth_is_proved_and_a_changed_past_is_not(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = hashes(size)
    path = proof(consistency_spans(old, size), leaves)
    assert consistent(old, root(leaves[:old]), size, root(leaves), path)
    changed = data.draw(st.integers(0, old - 1))
    past = [*leaves[:changed], leaf_hash(b"forged"), *leaves[changed + 1 : old]]
    assert not consistent(old, root(past), size, root(leaves), path)
    assert not consistent(old, root(leaves[:old]), size, leaf_hash(b"another root"), path)
    assert not consistent(old, root(leaves[:old]), size, root(leaves), [*path, leaves[0]])


@given(st.integers(1, 300_000), st.data())
def test_every_part_of_a_proof_is_made_of_few_stored_hashes(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    for span in inclusion_spans(index, size):
        parts = list(runs(span))
        widths = [(run.first * 256**run.level, (run.first + run.count) * 256**run.level) for run in parts]
        assert widths[0][0] == span.start
        assert widths[-1][1] == span.end
        assert all(left[1] == right[0] for left, right in pairwise(widths))
        assert sum(run.count for run in parts) < 256 * 3


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_no_tree_grew_out_of_a_larger_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no earlier state"):
        consistency_spans(old, new)
