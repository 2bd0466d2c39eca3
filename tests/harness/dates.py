"""The day on which the tests' homes are made, whenever the tests run.

Their campaigns are called from Monday, 1 February 2027, on.
"""

from datetime import datetime

TODAY = "2026-11-30T10:00:00+01:00"
"""For `dialer init --pretend-now`.

After every consent of the tests' lists, and two months before their campaigns.
"""
AT_FIRST = datetime.fromisoformat(TODAY)
