"""Commands about oppositions and external lists."""
