"""The applications that a step may use.

Any other may leave the dialplan, and nothing is proved of it.
"""

from collections.abc import Callable, Iterator, Mapping

from dialer.dialplan_checker.applications.data import log, set_, user_event
from dialer.dialplan_checker.applications.dial import dial
from dialer.dialplan_checker.applications.flow import gosub, goto, goto_if, hangup, return_, stack_pop
from dialer.dialplan_checker.applications.sound import answer, control_playback, record, wait, wait_exten
from dialer.dialplan_checker.effects import ChannelMove
from dialer.dialplan_checker.step_context import StepContext

APPLICATIONS: Mapping[str, Callable[[StepContext], Iterator[ChannelMove]]] = {
    "Answer": answer,
    "ControlPlayback": control_playback,
    "Dial": dial,
    "Gosub": gosub,
    "Goto": goto,
    "GotoIf": goto_if,
    "Hangup": hangup,
    "Log": log,
    "Record": record,
    "Return": return_,
    "Set": set_,
    "StackPop": stack_pop,
    "UserEvent": user_event,
    "Wait": wait,
    "WaitExten": wait_exten,
}
