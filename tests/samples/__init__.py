"""Sample campaigns, people, calls and lists: plausible, fictional, and the same for every test."""
