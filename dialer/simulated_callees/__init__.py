"""Fictional callees on loopback: SIPp answers the calls, an ear records what is heard and presses the keys.

Start them with `callees.Callees.start`; who they are and what they do is one table in `personas`.
"""
