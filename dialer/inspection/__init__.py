"""The inspection pack: what an inspector asks for (E1 to E19), from what is stored and sealed."""
