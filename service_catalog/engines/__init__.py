"""Search engines behind one interface (``base.Engine``). Importing this package opens nothing."""
