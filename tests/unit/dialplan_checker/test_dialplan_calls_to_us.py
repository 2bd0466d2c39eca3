"""A line on which people call us is held to the same claims.

Its prompts and contexts may have any names.
"""

import pytest

from dialer.dialplan_checker.proof import ClaimProof, prove
from dialer.dialplan_checker.reading import parse

LINE = """
[dialer-inbound]
exten => _[+0-9].,1,Answer()
 same => n,Set(TIMEOUT(absolute)=120)
 same => n,Set(CHANNEL(hangup_handler_push)=dialer-line,gone,1)
 same => n,Goto(dialer-line,start,1)
[dialer-line]
exten => start,1,ControlPlayback(/var/lib/dialer/prompts/line/legal,,,,19)
 same => n,GotoIf($["${CPLAYBACKSTATUS}" = "USERSTOPPED"]?${CPLAYBACKSTOPKEY},1)
 same => n,WaitExten(8)
exten => 1,1,GotoIf(${DB_EXISTS(dialer-silence/all)}?t,1)
 same => n,ControlPlayback(/var/lib/dialer/prompts/line/message,,,,9)
 same => n,GotoIf($["${CPLAYBACKSTATUS}" = "USERSTOPPED"]?9,1:t,1)
exten => 9,1,Set(DB(dialer-opposed/${UNIQUEID})=${EPOCH}|${CALLERID(num)})
 same => n,Set(DB(dialer-objected/${UNIQUEID})=${EPOCH})
 same => n,Set(at=${EPOCH})
 same => n,Wait(2)
 same => n,GotoIf($[0${STAT(M,/var/lib/asterisk/astdb/astdb.sqlite3)} > ${at} & ${DB_EXISTS(dialer-opposed/${UNIQUEID})} = 1]?told:t,1)
 same => n(told),Set(at=)
 same => n,ControlPlayback(/var/lib/dialer/prompts/line/opposed)
 same => n,Hangup()
exten => gone,1,GotoIf($["${CPLAYBACKSTOPKEY}" != "9"]?over)
 same => n,Set(DB(dialer-opposed/${UNIQUEID})=${EPOCH}|${CALLERID(num)})
 same => n,Set(DB(dialer-objected/${UNIQUEID})=${EPOCH})
 same => n(over),Return()
exten => t,1,Hangup()
"""


def claims(text: str) -> dict[str, ClaimProof]:
    return {claim.name: claim for claim in prove(parse({"95-inbound.conf": text})).claims}


@pytest.mark.parametrize(
    "name", ["closed", "message", "nine-heard", "opposition", "confirmed", "reports", "limit"]
)
def test_a_sound_line_is_proved(name: str) -> None:
    claim = claims(LINE)[name]
    assert claim.objection == ""
    assert claim.examined


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("message", "line/legal,", "line/message,"),
        (
            "message",
            "exten => 1,1,GotoIf(${DB_EXISTS(dialer-silence/all)}?t,1)",
            "exten => 1,1,Set(nothing=)",
        ),
        ("nine-heard", "line/legal,,,,19", "line/legal,,,,1"),
        ("nine-heard", "exten => 9,1,", "exten => nine,1,"),
        ("opposition", "exten => 9,1,", "exten => 9,1,UserEvent(DialerNine)\n same => n,"),
        ("opposition", '"${CPLAYBACKSTOPKEY}" != "9"]?over', '"" = ""]?over'),
        ("confirmed", "0${STAT(M,/var/lib/asterisk/astdb/astdb.sqlite3)} > ${at} & ", ""),
        ("confirmed", "${DB_EXISTS(dialer-opposed/${UNIQUEID})}", "${DB_EXISTS(dialer-used/${UNIQUEID})}"),
        ("limit", "Set(TIMEOUT(absolute)=120)", "Set(TIMEOUT(absolute)=0)"),
        (
            "permit",
            "Goto(dialer-line,start,1)",
            "Dial(PJSIP/+33199000001@default,9,ib(dialer-line^gone^1)G(dialer-line^t^1))",
        ),
        ("reports", "exten => t,1,Hangup()", "exten => t,1,UserEvent(DialerEnded)"),
        ("closed", "?${CPLAYBACKSTOPKEY},1", "?${CALLERID(num)},1"),
    ],
)
def test_a_broken_line_is_caught(name: str, old: str, new: str) -> None:
    assert old in LINE
    assert claims(LINE.replace(old, new))[name].objection
