"""Search: understand the words, ask the engine, rank what it finds, say why and how sure.

Must not know HTTP, and no engine's syntax. The steps are modules: ``understand`` → ``compile`` → engine →
``rank`` → ``reasons``, put together in ``searching``."""
