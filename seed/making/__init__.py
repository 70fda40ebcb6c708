"""How the seed is made: ``sources`` reads, the others turn rows into records, ``lines`` writes them."""
