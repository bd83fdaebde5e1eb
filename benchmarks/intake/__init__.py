"""How fast a message becomes safe: `make bench`.

site      a hotline of its own: durable database, the product's processes, no other tenant
webhooks  signed requests as a provider sends them, as bytes
load      a closed loop and an open one over raw sockets
cost      processor time and memory of processes, and the machine's own speed
limits    what the database itself can do: the same rows by pgbench
peer      a provider that takes every text at once
growth    many conversations, to measure among them
profile   where the processor time of a message goes
measures  each thing that is measured
table     the table that is printed, and what missed its limit
"""
