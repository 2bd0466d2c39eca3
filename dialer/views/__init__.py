"""The answers of the program, each declared once: for HTTP, command line, console and OpenAPI."""
