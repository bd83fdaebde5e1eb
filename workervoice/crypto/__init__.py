"""Keys and seals: what may be opened by whom, and how anyone can tell who stored it.

Knows no table and no case; sole user of the `cryptography` library. Read in this order:

1. `suite`      sealing to a public key (HPKE), in two suites
2. `seal`       contexts, padding, boxes under a shared key, signatures
3. `keyring`    a case's, team's, organisation's or plan's key pair and its readers
4. `slots`      an officer's passphrase and private keys
5. `sessions`   these keys between two requests
6. `directory`  whose public key is whose, from a pinned root down
7. `custody`    a process's own keys
8. `merkle`     the tree over the log
9. `checkpoint` what the log signs of it; `spoken` makes words of a few bytes

Every sealed blob starts with a byte that names its format, and is bound to its place by
`seal.ctx`. A tampered, moved or foreign blob raises an error that names ids only.
"""
