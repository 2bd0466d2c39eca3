"""Acts that several services carry out, each with its evidence, in a unit of work that is open."""
