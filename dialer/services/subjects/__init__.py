"""The rights of each person: to see what is kept, and to have it erased (GDPR 15 and 17)."""
