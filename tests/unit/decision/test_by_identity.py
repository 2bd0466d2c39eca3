"""A value remembered by the identity of an object is never taken for that of another."""

from collections.abc import Iterator

from dialer.domain.base.memory import IdentityCache


def numbered() -> Iterator[int]:
    yield from range(1000)


def test_the_same_object_is_worked_out_once() -> None:
    counter = numbered()
    memory = IdentityCache[list[str], int](lambda _: next(counter))
    shared = ["a"]
    assert (memory(shared), memory(shared)) == (0, 0)


def test_an_equal_object_is_another() -> None:
    counter = numbered()
    memory = IdentityCache[list[str], int](lambda _: next(counter))
    assert [memory(one) for one in (["a"], ["a"], ["a"])] == [0, 1, 2]


def test_it_forgets_rather_than_grows() -> None:
    counter = numbered()
    memory = IdentityCache[list[str], int](lambda _: next(counter), size=2)
    first = ["a"]
    assert [memory(one) for one in (first, ["b"], ["c"], first)] == [0, 1, 2, 3]
