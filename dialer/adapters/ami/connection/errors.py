"""What can go wrong between us and an Asterisk, by what the caller may conclude from it."""

from dialer.domain.base.errors import InvalidInput, Unavailable


class LinkDown(Unavailable):
    """There is no link: surely nothing was sent."""

    code = "LINK_DOWN"


class NoAnswer(Unavailable):
    """It was sent, and no answer came in time or before the link was lost: whether it was done is unknown."""

    code = "NO_ANSWER"


class ActionRefused(Unavailable):
    """Asterisk answered with an error: surely nothing was done."""

    code = "ACTION_REFUSED"


class LoginRefused(LinkDown):
    """User or secret are wrong. Trying again helps only once a person has mended it."""

    code = "LOGIN_REFUSED"


class ContractBroken(LinkDown):
    """This Asterisk is not one that we can rely on: its version, its dialplan, or what its AMI user may do."""

    code = "CONTRACT_BROKEN"


class UnsafeValue(InvalidInput):
    """A value of the wrong shape, or one that could end its AMI header and begin another."""

    code = "UNSAFE_VALUE"
