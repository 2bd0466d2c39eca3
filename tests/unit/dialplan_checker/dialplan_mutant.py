"""The real dialplan broken by hand in one place, with the claim that must object."""

from dataclasses import dataclass

NINE = (
    "exten => 9,1,Gosub(dialer-store-opposition,write,1)\n same => n,Goto(dialer-confirm-opposition,nine,1)\n"
)
NOTHING = "Set(nothing=)"


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    claim: str
    file: str
    old: str
    new: str

    def of(self, files: dict[str, str]) -> dict[str, str]:
        """Return `files` with the first `old` of its file replaced. Fail where there is none."""
        text = files[self.file]
        assert self.old in text, f"{self.name}: {self.file} has no {self.old}"
        return files | {self.file: text.replace(self.old, self.new, 1)}


GATE, DIAL, ANSWERED, OPPOSITION = "10-permit.conf", "20-dial.conf", "30-answered.conf", "40-opposition.conf"
FORWARDING, PLAY, ENDED, INBOUND = "25-forwarded.conf", "50-play.conf", "90-ended.conf", "95-inbound.conf"
