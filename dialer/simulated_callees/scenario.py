"""The SIPp scenario, made from `answering.xml` and the table of personas."""

from collections import defaultdict
from importlib.resources import files
from string import Template

from dialer.simulated_callees.personas import RANGES, ROLES

RING_MS = 300
"""Milliseconds for which a callee who answers lets it ring."""

_REFUSAL = Template("""
  <label id="status$status"/>
  <nop><action><log message="refused [call_id] [timestamp]"/></action></nop>
  <send retrans="500"><![CDATA[
SIP/2.0 $status Refused
Via:[$$via]
From:[$$from]
To:[$$to];tag=[pid]-[call_number]
[last_Call-ID:]
CSeq:[$$cseq]
Contact: <sip:+32470000001@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>""")
"""The Contact is the other number of a 302; it means nothing in the rest."""

_CHOICE = Template(
    '      <ereg regexp="^INVITE sip:[+]?($ranges)($codes)[0-9][0-9]@" search_in="msg" check_it="false"'
    ' assign_to="is$status"/>'
)
_BRANCH = Template('  <nop next="status$status" test="is$status"/>')
_NOBODY = 404


def scenario(rtp_port: int) -> str:
    """Return the scenario for all callees, who receive their audio on `rtp_port`.

    A number without a callee gets 404.
    """
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for role in ROLES.values():
        codes[role.status].append(f"{role.code:02d}")
    ranges = "|".join(block.lstrip("+") for block in RANGES)
    refusals = sorted({_NOBODY} | {status for status in codes if status >= 300})
    return Template(files(__package__).joinpath("answering.xml").read_text()).substitute(
        choices="\n".join(
            _CHOICE.substitute(status=s, ranges=ranges, codes="|".join(c)) for s, c in codes.items()
        ),
        branches="\n".join(_BRANCH.substitute(status=s) for s in codes),
        refusals="".join(_REFUSAL.substitute(status=s) for s in refusals),
        ring_ms=RING_MS,
        rtp_port=rtp_port,
    )
