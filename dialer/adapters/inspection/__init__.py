"""The inspection pack on disk, and its report as a page."""
