"""What the program shows of itself as JSON: the same shapes over HTTP and at the command line."""
