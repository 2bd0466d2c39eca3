"""Commands about consents."""
