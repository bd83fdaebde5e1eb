"""The files in deploy/, tried with the tools that read them."""
