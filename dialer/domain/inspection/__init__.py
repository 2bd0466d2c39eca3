"""The input and the answers of an inspection, apart from their sources and their layout."""
