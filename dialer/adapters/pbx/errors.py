"""Reasons why a PBX does not run, each as one line with advice."""

from dialer.domain.base.errors import Conflict, Unavailable


class NoDocker(Unavailable):
    """No Docker client, no engine that answers, or no right to use it."""

    code = "NO_DOCKER"


class ImageNotBuilt(Unavailable):
    code = "IMAGE_NOT_BUILT"


class AsteriskNotUp(Unavailable):
    """A container that ran while Asterisk did not get as far as taking calls."""

    code = "ASTERISK_NOT_UP"


class PortBusy(Conflict):
    code = "PORT_BUSY"


class RunningOtherwise(Conflict):
    """A PBX of this name that runs with another configuration. Changing it would cut its calls."""

    code = "PBX_RUNNING_OTHERWISE"
