"""A call forwarded abroad, at a premium or to an unknown place is dropped before any sound (T111).

It shows by a 181 (RFC 3261), Diversion (RFC 5806) or History-Info (RFC 7044).
"""

from tests.pbx.callee import Manner
from tests.pbx.manager import NUMBER
from tests.pbx.observed_call import Line
from tests.pbx.voice import Press

IN_FRANCE, OVERSEAS, ABROAD, PREMIUM = "+33261910002", "+262262910002", "+32470000001", "+33899000001"
AT = "127.0.0.1"
FORWARDED_BY = f'Diversion: "Somebody" <sip:{NUMBER}@{AT}>;reason=unconditional;counter=1'
HEARS_IT_ALL = ["notice", "message", "closing"]
ONE = (Press("1", 0.3),)


def history(*entries: str) -> str:
    return "History-Info: " + ", ".join(f"{entry};index={n}" for n, entry in enumerate(entries, 1))


def ends_at(number: str) -> str:
    return history(f"<sip:{NUMBER}@{AT}>", f"<sip:{number}@{AT};cause=302>")


def said_in_181(*headers: str, answer: tuple[str, ...] = ()) -> Manner:
    return Manner(
        presses=ONE, forwarding=headers or ("X-Nothing: 1",), answer_headers=answer, answer_after=0.3
    )


def said_in_answer(*headers: str) -> Manner:
    return Manner(presses=ONE, answer_headers=headers)


DROPPED = {
    "a 181 that says nothing more": said_in_181(),
    "a 181 that says who forwards": said_in_181(FORWARDED_BY),
    "a 181 whose Diversion is another number in France": said_in_181(f"Diversion: <tel:{IN_FRANCE}>"),
    "a 181 that ends abroad": said_in_181(ends_at(ABROAD)),
    "a 181, and an answer that ends abroad": said_in_181(FORWARDED_BY, answer=(ends_at(ABROAD),)),
    "a 181, and an answer from the number itself": said_in_181(
        FORWARDED_BY, answer=(history(f"<sip:{NUMBER}@{AT}>"),)
    ),
    "an answer with Diversion alone": said_in_answer(FORWARDED_BY),
    "an answer from abroad": said_in_answer(ends_at(ABROAD)),
    "an answer from a premium number": said_in_answer(FORWARDED_BY, ends_at(PREMIUM)),
    "an answer from a number in national form": said_in_answer(ends_at("0261910002")),
    "an answer from abroad that does not say why": said_in_answer(
        history(f"<sip:{NUMBER}@{AT}>", f"<tel:{ABROAD}>")
    ),
    "an answer from abroad on two lines": said_in_answer(
        f"History-Info: <sip:{NUMBER}@{AT}>;index=1",
        f'History-Info: "B, (C" <sip:{ABROAD}@{AT};cause=302>;index=1.1;mp=1',
    ),
    "an answer that hides who gave it": said_in_answer(
        history(f"<sip:{NUMBER}@{AT}?Reason=SIP%3Bcause%3D302>")
    ),
    "an answer that is not understood": said_in_answer(f'History-Info: "cause=302" sip:{IN_FRANCE}@{AT}'),
    "an answer of more lines than are read": said_in_answer(
        *(f"History-Info: <sip:{NUMBER}@{AT}>;index={n}" for n in range(1, 6))
    ),
}
SPOKEN_TO = {
    "a 181, and an answer in France": said_in_181(FORWARDED_BY, answer=(ends_at(IN_FRANCE),)),
    "an answer in France": said_in_answer(FORWARDED_BY, ends_at(IN_FRANCE)),
    "an answer overseas": said_in_answer(ends_at(OVERSEAS)),
    "an answer from the number itself": said_in_answer(history(f"<sip:{NUMBER}@{AT};user=phone>")),
    "an answer from a telephone of theirs": said_in_answer(
        history(f"<sip:{NUMBER}@{AT}>", "<sip:desk-phone@127.0.0.1>;rc=1")
    ),
}


async def test_who_answers_elsewhere_hears_nothing_and_the_record_says_why(line: Line) -> None:
    calls = await line.calls(DROPPED.values())
    for call, why in zip(calls, DROPPED, strict=True):
        assert (why, call.heard, call.trace) == (why, [], ["end forwarded"])
        assert (why, call.report["DialStatus"]) == (why, "ANSWER")


async def test_who_took_their_number_along_within_france_is_spoken_to(line: Line) -> None:
    calls = await line.calls(SPOKEN_TO.values())
    for call, where in zip(calls, SPOKEN_TO, strict=True):
        assert (where, call.heard) == (where, HEARS_IT_ALL)


async def test_a_forwarding_from_a_number_elsewhere_is_not_followed(line: Line) -> None:
    """It is not known here which numbers of other countries are ordinary."""
    call = await line.call(
        said_in_answer(history("<sip:+32470000002@127.0.0.1;cause=302>")), DIALER_NUMBER=ABROAD
    )
    assert (call.heard, call.trace) == ([], ["end forwarded"])
