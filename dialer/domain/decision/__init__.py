"""Whether this number may be called now: the ordered list of rules, and what it looks at."""
