"""The fault runner: kills, cuts and bad providers under load, and a count of what is left.

Reading order:

    clock      the time that all processes share, which the runner can move
    points     named places in a process at which it, or the database, is killed
    nursery    a warm program that forks gateway, courier and console quickly
    brood      the runner's side of it: start, kill, wait
    peer       a Twilio that records every text it takes, and misbehaves when told to
    load       workers' phones: signed webhooks, repeated until they were taken
    ground     all of them together, on a database of their own
    reconcile  what the clients were told, against what is stored and what was sent
    kills      kills at named and at random points
    ...        the other scenarios, a module each

`python -m tests.faults` (`make faults`) runs all and prints a table. The product has no hooks for
this: what is wrapped, is wrapped in the forked child before the product's own `main` runs.
"""
