"""A value remembered by the identity of an object is never taken for that of another."""

from collections.abc import Iterator

from dialer.domain.base.memory import IdentityCache, remembered


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


class Counting:
    """Counts how often it is really asked."""

    def __init__(self) -> None:
        self.asked = 0

    @remembered(2)
    def double(self, number: int) -> int:
        self.asked += 1
        return 2 * number


def test_an_answer_is_remembered() -> None:
    counting = Counting()
    assert [counting.double(3), counting.double(3), counting.double(4)] == [6, 6, 8]
    assert counting.asked == 2


def test_each_instance_remembers_for_itself() -> None:
    one, other = Counting(), Counting()
    assert (one.double(3), other.double(3)) == (6, 6)
    assert (one.asked, other.asked) == (1, 1)


def test_old_answers_are_forgotten() -> None:
    counting = Counting()
    for number in (1, 2, 3, 1):
        counting.double(number)
    assert counting.asked == 4
