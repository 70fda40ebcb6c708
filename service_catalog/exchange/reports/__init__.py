"""What an import has found, in order, for people and for machines."""
