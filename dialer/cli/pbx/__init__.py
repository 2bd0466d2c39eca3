"""Commands about PBXs and halts."""
