"""What every path through the dialplan must keep to, one claim a file. `order.py` lists them."""
