"""Writing files: workbooks in which no text can act, and files that are there whole or not at all."""
