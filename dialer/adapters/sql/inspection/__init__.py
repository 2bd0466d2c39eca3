"""What inspectors and callees may see, read."""
