"""What a record may have wrong: its shape, its codes, its guide, and how it fits with others."""
