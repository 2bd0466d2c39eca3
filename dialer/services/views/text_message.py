"""What was made of a text message, as JSON. The message itself is not among it."""

from typing import Any

from dialer.services.oppositions.sms import SmsReading
from dialer.services.views.opposition import understood_view


def reading_view(reading: SmsReading) -> dict[str, Any]:
    return {
        "opposition": reading.word is not None,
        "word": reading.word,
        "sponsor": reading.sponsor,
    } | understood_view(reading.understood)
