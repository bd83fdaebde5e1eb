"""Disclosure: what may leave the house, and the checks before it does. Pure; knows no case row.

packet       the structured form that buyers get instead of the worker's words
reidentify   what in a packet could point at a person
pointers     its rules for numbers, dates, times, places and addresses
suppress     counts without small cells
wordlists    the words that those rules know
"""
