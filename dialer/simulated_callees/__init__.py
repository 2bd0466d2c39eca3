"""Fictional callees on loopback.

SIPp answers the calls; a receiver records the sound and presses the keys. Start them with
`callees.SimulatedCallees.start`. One table in `personas` holds who they are and how they behave.
"""
