"""What is asked before anybody is called: the campaign's checks and the forecast."""
