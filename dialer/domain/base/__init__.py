"""The ground of every room: errors, ids, instants and intervals."""
