"""Composition: the only place that reads settings, builds processes and owns the clock.

starting     one process, by its name: `gateway`, `courier`, `console` or `phones`
processes    what each of them is made of, out of settings and key files
keyfiles     the key files of our processes
serving      how each of them serves
supervisor   `workervoice up`: all of them on one machine
external     a database that somebody else runs
demo         the demo's programme
story        one story from first text to remedy, played through the running processes
doctor       what is wrong, and what to do
"""
