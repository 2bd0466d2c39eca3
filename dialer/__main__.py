"""`python -m dialer`."""

from dialer.cli.main import main

main()
