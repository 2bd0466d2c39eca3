"""The installation's keyed fingerprint of numbers: the only form in which a number leaves the contacts table."""

from dialer.domain.contact import Fingerprint, PhoneNumber
from dialer.domain.suppression import fingerprint_of


class Fingerprints:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, number: PhoneNumber) -> Fingerprint:
        return fingerprint_of(number, self._key)
