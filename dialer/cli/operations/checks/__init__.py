"""Checks of `dialer doctor`: one file a part, each giving findings and changing nothing."""
