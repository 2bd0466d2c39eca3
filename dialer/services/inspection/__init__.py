"""The inspection pack: what an inspector asks for (rules section 4, E1 to E19), computed from what is stored and sealed."""
