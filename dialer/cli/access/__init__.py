"""Commands about tokens and keys."""
