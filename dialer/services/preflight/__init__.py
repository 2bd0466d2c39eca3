"""Questions about a campaign and its list before the first call."""
