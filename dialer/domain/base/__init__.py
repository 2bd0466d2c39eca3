"""What every room stands on: errors, ids, instants and intervals."""
