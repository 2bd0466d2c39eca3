"""The dialling loop: claim, decide, send."""
