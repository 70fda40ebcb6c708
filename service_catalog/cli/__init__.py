"""The ``catalog`` command. Each command parses, calls one use case and prints; with ``--json`` for machines.

Exit codes: 0 done; 1 an expected failure, said in one line; 2 wrong use of the command; 3 verify found a
difference."""
