"""Storage: the only place that speaks SQL. Functions are named by intent and return frozen values.

Reading order: tables, engine, states, vault, then one module a subject: programme, people, intake,
cases, outbox, remedy, clocks, log; migrate and migrations/ make the schema and the roles.
"""
