"""What is asked of a campaign and its list before anybody is called."""
