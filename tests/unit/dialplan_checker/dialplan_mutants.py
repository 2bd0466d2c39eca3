"""The real dialplan, broken by hand in one place: every mutant, by the claim that must object."""

from tests.unit.dialplan_checker.dialplan_mutant import (
    ANSWERED,
    DIAL,
    ENDED,
    FORWARDING,
    GATE,
    INBOUND,
    NINE,
    NOTHING,
    PLAY,
    Mutant,
)
from tests.unit.dialplan_checker.dialplan_mutants_opposition import CONFIRMED, KEY_DOWN, OPPOSED

MESSAGE = [
    Mutant("a new prompt instead of the legal notice", "message", ANSWERED, "(legal,9)", "(advice,9)"),
    Mutant(
        "no key hears the message", "message", ANSWERED, "t,1,Goto(dialer-no-key", "t,1,Goto(dialer-message"
    ),
    Mutant(
        "no key goes on to the message",
        "message",
        ANSWERED,
        "WaitExten(8)\n",
        "WaitExten(8)\n same => n,Goto(dialer-message,start,1)\n",
    ),
    Mutant("an 8 hears the message", "message", ANSWERED, '"8"]?dialer-legal', '"8"]?dialer-message'),
    Mutant("a 1 cuts the notice", "message", ANSWERED, "(notice,9)", "(notice,19)"),
    Mutant("the notice is left out", "message", ANSWERED, "Gosub(dialer-play,prompt,1(notice,9))", NOTHING),
    Mutant("prompts start in the middle", "message", PLAY, "Set(offset=0)", "Set(offset=60000)"),
    Mutant("a # winds the notice on", "message", PLAY, "0123456789*#", "0123456789*"),
    Mutant("a stopped notice counts as heard", "message", PLAY, "cut:on)", "whole:whole)"),
]

MESSAGE += [
    Mutant(
        "a machine's 1 counts",
        "message",
        ANSWERED,
        "start,1,GotoIf(${DB_EXISTS(dialer-machine/${DIALER_ATTEMPT})}?dialer-machine,start,1)",
        f"start,1,{NOTHING}",
    ),
    Mutant(
        "a person hears what is for machines",
        "message",
        ANSWERED,
        "t,1,Goto(dialer-no-key",
        "t,1,Goto(dialer-machine",
    ),
]

NINE_HEARD = [
    Mutant("no 9 while waiting", "nine-heard", ANSWERED, f"{NINE}exten => _[02-7", "exten => _[02-79"),
    Mutant("no 9 while playing", "nine-heard", PLAY, "0123456789*#", "012345678*#"),
    Mutant(
        "a longer number delays the 9",
        "nine-heard",
        ANSWERED,
        "exten => t,1,Hangup()",
        "exten => 99,1,Hangup()",
    ),
    Mutant(
        "a pause before the notice",
        "nine-heard",
        ANSWERED,
        "Set(TALK_DETECT(set)=500,1000)",
        "Wait(1)",
    ),
]

REPORTED = [
    Mutant(
        "the callee's end is not reported",
        "reports",
        DIAL,
        "Set(CHANNEL(hangup_handler_push)=dialer-ended,answered,1)",
        NOTHING,
    ),
    Mutant(
        "the callee's end is reported twice",
        "reports",
        DIAL,
        "exten => prepare,1,",
        "exten => prepare,1,Set(CHANNEL(hangup_handler_push)=dialer-ended,answered,1)\n same => n,",
    ),
    Mutant(
        "no answer is not reported",
        "reports",
        GATE,
        "Set(CHANNEL(hangup_handler_push)=dialer-ended,unanswered,1)",
        NOTHING,
    ),
    Mutant("both halves report", "reports", ENDED, '"${DIALSTATUS}" = "ANSWER"]?other', '"a" = "b"]?other'),
    Mutant(
        "the report is not stored",
        "reports",
        ENDED,
        "Set(DB(dialer-ended/${DIALER_ATTEMPT})=${report})",
        NOTHING,
    ),
    Mutant("a refusal is silent", "reports", GATE, "n(refused),UserEvent(", "n(refused),Set(unsaid="),
    Mutant(
        "a refusal that was handed to the end's report",
        "reports",
        GATE,
        "|withheld)\n same => n,Set(CHANNEL(hangup_handler_pop)=)",
        f"|withheld)\n same => n,{NOTHING}",
    ),
]

PERMITTED = [
    Mutant("any seal will do", "permit", GATE, '!= "x${DIALER_SEAL}"', '!= "x${seal}"'),
    Mutant("the number is not sealed", "permit", GATE, ":${DIALER_NUMBER}:", ":"),
    Mutant(
        "any number will do",
        "permit",
        GATE,
        '"^[+][1-9][0-9]{6,14}$" ${DIALER_NUMBER}',
        '"^.+$" ${DIALER_NUMBER}',
    ),
    Mutant(
        "an old permit will do", "permit", GATE, "${EPOCH} >= ${DIALER_EXPIRES}", "${EPOCH} >= 9999999999"
    ),
    Mutant(
        "a halt is not looked at", "permit", GATE, "DB_EXISTS(dialer-halt/all)", "DB_EXISTS(dialer-halt/some)"
    ),
    Mutant(
        "a pause is not looked at",
        "permit",
        GATE,
        "DB_EXISTS(dialer-paused/${DIALER_CAMPAIGN})",
        "DB_EXISTS(dialer-paused/${DIALER_SPONSOR})",
    ),
    Mutant(
        "an opposition is not looked at",
        "permit",
        GATE,
        "DB_EXISTS(dialer-suppressed/${DIALER_SPONSOR}/${DIALER_FINGERPRINT})",
        "DB_EXISTS(dialer-suppressed/${DIALER_SPONSOR}/x)",
    ),
    Mutant(
        "what was used may be used again",
        "permit",
        GATE,
        "DB_EXISTS(dialer-used/${DIALER_ATTEMPT})",
        "DB_EXISTS(dialer-used/x)",
    ),
    Mutant(
        "two channels of one attempt",
        "permit",
        GATE,
        'GotoIf($["x${UNIQUEID}" != "x${DIALER_ATTEMPT}-2"]?refused)',
        NOTHING,
    ),
    Mutant(
        "the mark is not read back",
        "permit",
        GATE,
        'GotoIf($["x${DB(dialer-used/${DIALER_ATTEMPT})}" != "x${DIALER_EXPIRES}"]?withheld)',
        NOTHING,
    ),
    Mutant(
        "a disk may be waited for after the look at the clock",
        "permit",
        GATE,
        """ same => n,GotoIf(${DB_EXISTS(dialer-halt/all)}?withheld)
 same => n,Set(why=PAUSED)
 same => n,GotoIf(${DB_EXISTS(dialer-paused/${DIALER_CAMPAIGN})}?withheld)
 same => n,Set(why=BROKEN)
 same => n,GotoIf($["x${GLOBAL(DIALER_BROKEN)}" != "x${DB(dialer-canary/mended)}"]?withheld)
""",
        """ same => n,GotoIf($[${EPOCH} >= ${DIALER_EXPIRES}]?withheld)
 same => n,GotoIf(${DB_EXISTS(dialer-halt/all)}?withheld)
 same => n,Set(why=PAUSED)
 same => n,GotoIf(${DB_EXISTS(dialer-paused/${DIALER_CAMPAIGN})}?withheld)
 same => n,Set(why=BROKEN)
 same => n,GotoIf($["x${GLOBAL(DIALER_BROKEN)}" != "x${DB(dialer-canary/mended)}"]?withheld)
""",
    ),
    Mutant("a refusal dials", "permit", GATE, "same => n,Hangup(21)", "same => n,Goto(dialer-dial,call,1)"),
    Mutant("a prompt may be missing", "permit", GATE, "${folder}/legal.alaw", "${folder}/notice.alaw"),
    Mutant("another number is called", "permit", DIAL, "PJSIP/${DIALER_NUMBER}@", "PJSIP/+33199000009@"),
    Mutant("a diversion is followed", "permit", DIAL, ",ib(", ",b("),
    Mutant(
        "the callee calls on",
        "permit",
        ANSWERED,
        "exten => t,1,Goto(dialer-no-key,start,1)",
        "exten => t,1,Goto(dialer-dial,call,1)",
    ),
]

TRACED = [
    Mutant("done is said of a cut prompt", "trace", PLAY, "add,1(cut ${ARG1})", "add,1(done ${ARG1})"),
    Mutant("done is said too early", "trace", PLAY, "add,1(play ${ARG1})", "add,1(done ${ARG1})"),
]

CLOSED = [
    Mutant(
        "a program answers", "closed", ANSWERED, "Set(TALK_DETECT(set)=500,1000)", "AGI(agi://127.0.0.1/next)"
    ),
    Mutant("a program is started", "closed", ANSWERED, "Set(TALK_DETECT(remove)=)", "System(id)"),
    Mutant("an application by name", "closed", PLAY, "Set(offset=0)", "TryExec(${APPLICATION}(1))"),
    Mutant("a function that starts programs", "closed", PLAY, "Set(offset=0)", "Set(offset=${SHELL(id)})"),
    Mutant("files by a wildcard", "closed", PLAY, "[dialer-play]", "#include more/*.conf\n[dialer-play]"),
    Mutant("lines from a program", "closed", PLAY, "[dialer-play]", "#exec /bin/true\n[dialer-play]"),
    Mutant(
        "a switch to another dialplan",
        "closed",
        PLAY,
        "[dialer-play]\n",
        "[dialer-play]\nswitch => Realtime\n",
    ),
    Mutant(
        "another context included",
        "closed",
        ANSWERED,
        "[dialer-closing]\n",
        "[dialer-closing]\ninclude => more\n",
    ),
    Mutant(
        "a target from outside", "closed", GATE, "Goto(dialer-dial,call,1)", "Goto(${DIALER_TRUNK},call,1)"
    ),
    Mutant("a label that does not exist", "closed", PLAY, "?cut:on)", "?cut:onn)"),
    Mutant("a context that does not exist", "closed", ANSWERED, "Goto(dialer-closing,", "Goto(dialer-close,"),
    Mutant(
        "a context that nothing leads to",
        "closed",
        INBOUND,
        "[dialer-inbound]",
        "[dialer-new]\nexten => s,1,Hangup()\n[dialer-inbound]",
    ),
    Mutant("a prompt from outside", "closed", ANSWERED, "1(legal,9)", "1(${CALLERID(name)},9)"),
    Mutant(
        "a routine that calls itself",
        "closed",
        PLAY,
        "exten => add,1,",
        "exten => add,1,Gosub(dialer-trace,add,1)\n same => n,",
    ),
    Mutant("an option that is not known", "closed", DIAL, ",ib(", ",igb("),
]

LIMITED = [
    Mutant("no longest time", "limit", ANSWERED, "Set(TIMEOUT(absolute)=", "Set(unlimited="),
    Mutant("zero for a longest time", "limit", ANSWERED, "?${left}:${DIALER_MAX})}", "?${left}:0)}"),
]

FORWARDED = [
    Mutant(
        "whoever it was forwarded to is spoken to",
        "forwarded",
        ANSWERED,
        "Gosub(dialer-forwarded,check,1)",
        NOTHING,
    ),
    Mutant("a 181 is not looked at", "forwarded", FORWARDING, "0${REDIRECTING(count)} > 0", "0${left} > 9"),
    Mutant("a Diversion is not looked at", "forwarded", FORWARDING, "(read,Diversion)", "(read,X)"),
    Mutant("half of the History-Info will do", "forwarded", FORWARDING, "Set(lines=${first} ", "Set(lines="),
    Mutant(
        "a premium number will do", "forwarded", FORWARDING, "596)[1-79][0-9]{8}([^0", "596)[1-9][0-9]{8}([^0"
    ),
    Mutant(
        "any country will do",
        "forwarded",
        FORWARDING,
        ".*<(sips?|tel):[+](33|262|590|594|596)",
        ".*<(sips?|tel):[+]([1-9]*)",
    ),
    Mutant(
        "who forwards is who answers", "forwarded", FORWARDING, "(where),GotoIf($[0", "(where),GotoIf($[5"
    ),
    Mutant("dropped, and spoken to", "forwarded", FORWARDING, " same => n,Hangup()", " same => n,Return()"),
]

PROBED = [
    Mutant(
        "a callee is recorded",
        "probe",
        ANSWERED,
        "Set(TALK_DETECT(set)=500,1000)",
        "Record(/var/lib/dialer/probes/x.alaw,0,9,kqx)",
    ),
]

MUTANTS = [
    *MESSAGE,
    *NINE_HEARD,
    *OPPOSED,
    *CONFIRMED,
    *KEY_DOWN,
    *REPORTED,
    *PERMITTED,
    *TRACED,
    *LIMITED,
    *FORWARDED,
    *PROBED,
    *CLOSED,
]
