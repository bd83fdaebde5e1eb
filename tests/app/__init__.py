"""Tests of the composition: the real processes, as a user starts them."""
