"""Questions before any call: the campaign's checks and the forecast."""
