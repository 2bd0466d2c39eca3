"""An attempt, from its permit to its end."""
