"""Proofs from the tree in memory are accepted by the stand-alone verifier."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.ledger.tree import EMPTY_ROOT, ProofTree
from dialer.verifier.verify_ledger import Tree, consistent, included

LEAVES = [hashlib.sha256(number.to_bytes(2, "big")).digest() for number in range(600)]
sizes = st.integers(1, len(LEAVES))


def tree_of(size: int, first: int = 0) -> ProofTree:
    """Make a tree in two goes, `first` leaves in the first."""
    tree = ProofTree()
    tree.extend(LEAVES[:first])
    tree.extend(LEAVES[first:size])
    return tree


def root_of(size: int) -> bytes:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    return tree.root()


@given(sizes, st.data())
def test_every_entry_is_proved_to_be_in_the_tree(size: int, data: st.DataObject) -> None:
    tree = tree_of(size, data.draw(st.integers(0, size)))
    index = data.draw(st.integers(0, size - 1))
    proof = [bytes.fromhex(node) for node in tree.inclusion(index)]
    assert tree.root() == root_of(size)
    assert included(index, size, LEAVES[index], proof, root_of(size))
    assert not included(index, size, LEAVES[index - 1], proof, root_of(size)) or size == 1


@given(sizes, st.data())
def test_the_tree_is_proved_to_have_merely_grown(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = [bytes.fromhex(node) for node in tree_of(size).consistency(old)]
    assert consistent(old, root_of(old), size, root_of(size), proof)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        tree_of(3).inclusion(3)
    with pytest.raises(ValueError, match="no earlier state"):
        tree_of(3).consistency(4)


def test_an_empty_tree_has_the_root_of_none() -> None:
    assert (ProofTree().size, ProofTree().root()) == (0, EMPTY_ROOT)
