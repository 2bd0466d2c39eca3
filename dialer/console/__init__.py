"""The console: pages for people, in French and English, over the same services as the API."""
