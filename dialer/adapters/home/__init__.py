"""What lies in the home as files."""
