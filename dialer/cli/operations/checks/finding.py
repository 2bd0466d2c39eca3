"""The finding of a check."""

from dataclasses import dataclass

from dialer.domain.base.errors import DialerError


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A finding on one thing. `mend` says what to do where it is not `ok`."""

    check: str
    ok: bool
    detail: str
    mend: str = ""


def well(check: str, detail: str) -> CheckResult:
    return CheckResult(check, ok=True, detail=detail)


def wrong(check: str, detail: str, mend: str) -> CheckResult:
    return CheckResult(check, ok=False, detail=detail, mend=mend)


def from_error(check: str, error: DialerError) -> CheckResult:
    return wrong(check, error.detail, error.hint)
