"""Mutants that lose a 9, or confirm one that may be lost."""

from tests.unit.dialplan_checker.dialplan_mutant import (
    ANSWERED,
    DIAL,
    ENDED,
    INBOUND,
    NINE,
    NOTHING,
    OPPOSITION,
    PLAY,
    Mutant,
)

OPPOSED = [
    Mutant(
        "no outbox entry",
        "opposition",
        OPPOSITION,
        "Set(DB(dialer-opposed/${DIALER_ATTEMPT})=${what})",
        NOTHING,
    ),
    Mutant(
        "suppressed for another",
        "opposition",
        OPPOSITION,
        "DB(dialer-suppressed/${DIALER_SPONSOR}/",
        "DB(dialer-suppressed/x/",
    ),
    Mutant(
        "suppressed without a time",
        "opposition",
        OPPOSITION,
        "=${DIALER_NINE:0:10})",
        "=${DIALER_NEVER:0:10})",
    ),
    Mutant(
        "told before it is stored",
        "opposition",
        OPPOSITION,
        "exten => write,1,",
        "exten => write,1,UserEvent(DialerNine)\n same => n,",
    ),
    Mutant(
        "confirmed before it is stored",
        "opposition",
        PLAY,
        "exten => nine,1,",
        "exten => nine,1,Gosub(dialer-play,prompt,1(opposed,))\n same => n,",
    ),
    Mutant("the prompt goes on after a 9", "opposition", PLAY, '= ""]?nine,1)', '= ""]?on)'),
    Mutant(
        "a 9 only hangs up",
        "opposition",
        ANSWERED,
        f"{NINE}exten => _[0-8",
        "exten => 9,1,Hangup()\nexten => _[0-8",
    ),
    Mutant(
        "a 9 cut off by the hang-up is lost",
        "opposition",
        ENDED,
        ' & "${CPLAYBACKSTOPKEY}" != "9"',
        "",
    ),
    Mutant(
        "the call-back line's companion is not written",
        "opposition",
        INBOUND,
        "Set(DB(dialer-objected/line-${UNIQUEID})=${at:0:10})",
        NOTHING,
    ),
    Mutant(
        "the sponsor is not handed down", "opposition", DIAL, "Set(__DIALER_SPONSOR", "Set(DIALER_SPONSOR"
    ),
]

CONFIRMED = [
    Mutant(
        "confirmed before the disk has it",
        "confirmed",
        OPPOSITION,
        "astdb.sqlite3)} > ${ARG3} &",
        "x)} > 0 &",
    ),
    Mutant(
        "confirmed without a look",
        "confirmed",
        OPPOSITION,
        "Gosub(dialer-kept,look,1(dialer-opposed/${DIALER_ATTEMPT},dialer-suppressed/${DIALER_SPONSOR}/${DIALER_FINGERPRINT},${DIALER_WRITTEN}))",
        "Set(kept=yes)",
    ),
    Mutant(
        "confirmed whatever was seen",
        "confirmed",
        OPPOSITION,
        'GotoIf($["${kept}" != "yes"]?failed,1)',
        NOTHING,
    ),
    Mutant(
        "confirmed when nothing was looked at for long", "confirmed", OPPOSITION, ">= 50]?back", ">= 50]?yes"
    ),
    Mutant(
        "what was taken back is taken for stored",
        "confirmed",
        OPPOSITION,
        "GotoIf($[${DB_EXISTS(${ARG2})} = 0]?back)",
        NOTHING,
    ),
    Mutant(
        "another's opposition will do",
        "confirmed",
        OPPOSITION,
        ",dialer-suppressed/${DIALER_SPONSOR}/${DIALER_FINGERPRINT},",
        ",dialer-suppressed/all/${DIALER_FINGERPRINT},",
    ),
    Mutant(
        "the call-back line does not look",
        "confirmed",
        INBOUND,
        "Gosub(dialer-kept,look,1(dialer-opposed/line-${UNIQUEID},dialer-objected/line-${UNIQUEID},${written}))",
        "Set(kept=yes)",
    ),
]

KEY_DOWN = [
    Mutant(
        "a callee's 9 that is cut off means nothing",
        "key-down",
        DIAL,
        "Log(DTMF,a 9 on ${CHANNEL(name)} is ${DIALER_ATTEMPT} ${DIALER_FINGERPRINT} ${DIALER_SPONSOR})",
        NOTHING,
    ),
    Mutant(
        "it means another's opposition",
        "key-down",
        DIAL,
        "is ${DIALER_ATTEMPT} ${DIALER_FINGERPRINT} ${DIALER_SPONSOR})",
        "is ${DIALER_ATTEMPT} ${DIALER_NUMBER} ${DIALER_SPONSOR})",
    ),
    Mutant(
        "the channel is over before it has begun",
        "key-down",
        DIAL,
        " same => n,Return()",
        " same => n,Log(DTMF,${CHANNEL(name)} is over)\n same => n,Return()",
    ),
    Mutant(
        "a caller's 9 that is cut off means nothing",
        "key-down",
        INBOUND,
        "Gosub(dialer-line-store-opposition,known,1)",
        NOTHING,
    ),
    Mutant("another log", "closed", DIAL, "Log(DTMF,", "Log(NOTICE,"),
]
