"""What goes out to people who need not believe us."""
