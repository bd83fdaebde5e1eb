"""What strangers send: everything that reads something from outside, tried with generated input.

    make fuzz EXAMPLES=2000

`make test` tries each a fixed, modest number of times. Whatever comes, the answer is one of those
that are documented, nothing stays of what was refused, and what was signed is kept to the letter.
"""
