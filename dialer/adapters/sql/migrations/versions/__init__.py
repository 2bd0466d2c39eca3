"""The migrations in order, each on the one before it. The newest is last in the last folder.

A stored database meets them in order at `dialer db upgrade`. What a landed one does is never
changed.
"""
