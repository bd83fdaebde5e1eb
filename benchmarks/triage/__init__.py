"""How well triage reads: `make bench-triage`."""
