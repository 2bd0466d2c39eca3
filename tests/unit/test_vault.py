"""A text sealed for one person opens for no other, and not at all once it was changed."""

import pytest

from dialer.adapters.home.keys import AesVault
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import Fingerprint

VAULT = AesVault(b"m" * 32)
ONE, OTHER = Fingerprint("1" * 64), Fingerprint("2" * 64)


def test_what_was_sealed_is_opened_as_it_was() -> None:
    key = VAULT.new_key(ONE)
    assert VAULT.open(ONE, key, VAULT.seal(ONE, key, "é, whole")) == "é, whole"


def test_sealing_twice_tells_not_that_it_was_the_same() -> None:
    key = VAULT.new_key(ONE)
    assert VAULT.seal(ONE, key, "same") != VAULT.seal(ONE, key, "same")


def test_neither_key_nor_text_opens_for_another_number() -> None:
    key, others = VAULT.new_key(ONE), VAULT.new_key(OTHER)
    sealed = VAULT.seal(ONE, key, "text")
    for fingerprint, tried in ((OTHER, key), (ONE, others), (OTHER, others)):
        with pytest.raises(InvalidInput):
            VAULT.open(fingerprint, tried, sealed)


def test_another_installations_master_key_opens_nothing() -> None:
    key = VAULT.new_key(ONE)
    with pytest.raises(InvalidInput):
        AesVault(b"n" * 32).open(ONE, key, VAULT.seal(ONE, key, "text"))


def test_one_changed_bit_is_noticed_wherever_it_is() -> None:
    key = VAULT.new_key(ONE)
    sealed = VAULT.seal(ONE, key, "text")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(InvalidInput):
            VAULT.open(ONE, key, bytes(changed))


@pytest.mark.parametrize("sealed", [b"", b"short"])
def test_what_was_cut_off_is_refused_in_one_line(sealed: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        VAULT.open(ONE, VAULT.new_key(ONE), sealed)
    assert "\n" not in str(refused.value)
