"""The inspection pack: the answers to an inspector (E1 to E19), from stored and sealed data."""
