"""The running service: its loops, its state and its figures."""
