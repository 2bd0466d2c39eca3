"""Errors between us and an Asterisk, by what the caller may conclude from them."""

from dialer.domain.base.errors import InvalidInput, Unavailable


class LinkDown(Unavailable):
    """There is no link: surely nothing was sent."""

    code = "LINK_DOWN"


class NoAnswer(Unavailable):
    """The action was sent, and no answer came in time or before the loss of the link.

    Unknown: it may have been done.
    """

    code = "NO_ANSWER"


class ActionRefused(Unavailable):
    """Asterisk answered with an error: surely nothing was done."""

    code = "ACTION_REFUSED"


class LoginRefused(LinkDown):
    """User or secret are wrong. Another try helps only after a person has mended it."""

    code = "LOGIN_REFUSED"


class ContractBroken(LinkDown):
    """An Asterisk not to rely on, by its version, its dialplan, or the rights of its AMI user."""

    code = "CONTRACT_BROKEN"


class UnsafeValue(InvalidInput):
    """A value of the wrong shape, or one that could end its AMI header and begin another."""

    code = "UNSAFE_VALUE"
