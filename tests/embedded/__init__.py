"""The embedded server, tested on real ones."""
