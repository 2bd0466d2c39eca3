"""The assumptions of the proof, which it does not show itself: an auditor should know them."""

ASSUMPTIONS = (
    "Asterisk runs every application and function as documented, and after each step looks whether the channel was hung up.",
    "No two living channels have one unique id: Asterisk refuses the second.",
    "Calls enter as docker/asterisk says: the service's at dialer-permit and dialer-probe, the trunks' at dialer-inbound; autofallthrough is on.",
    "Only the service logs in to AMI; what it originates carries the values of a permit, or of a probe, and no other variables of ours.",
    "A 9 that is followed within two steps by the hang-up, while no prompt plays, is kept by docker/asterisk/key-down.pl, as is one that never comes up.",
    "Of a forwarding Asterisk shows a 181 and the headers of the answer; one that is told in a 180 or 183 alone, or not at all, is not seen.",
    "The prompts say what their names promise; that is the script compiler's part.",
)
