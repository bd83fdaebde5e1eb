"""How fast a message becomes safe: `make bench`.

site      a hotline of its own: durable database, the product's processes, no other tenant
webhooks  signed requests as a provider sends them, as bytes
load      a closed loop and an open one over raw sockets
cost      processor time, memory and connections of processes
limits    what the machine itself can do: the same rows by pgbench, one fsync
table     what is measured, in order, and the table that is printed
"""
