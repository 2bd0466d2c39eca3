"""Calls in progress: their events made durable, their pace, their recovery and their guards."""
