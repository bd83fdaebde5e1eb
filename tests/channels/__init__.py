"""Tests of the channels: one contract for all, a table of cases for each."""
