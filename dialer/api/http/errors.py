"""Errors that only an HTTP request can make."""

from dialer.domain.base.errors import DialerError


class TooLarge(DialerError):
    """The body is longer than this route takes."""

    code = "TOO_LARGE"


class TooSlow(DialerError):
    """The body stopped coming."""

    code = "TOO_SLOW"


class WrongMediaType(DialerError):
    """The body states another media type than this route takes."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class TooManyRequests(DialerError):
    """The token has spent its share. It may ask again in `retry_after_s` whole seconds."""

    code = "RATE_LIMIT"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many requests with this token", hint=f"wait {retry_after_s} s")
        self.retry_after_s = retry_after_s
