"""What an inspection is told and shows, without saying where it comes from or what it looks like."""
