"""From records to a search index that follows the log.

Owns the projection of records into documents, the dictionary and the lexicon, the building of generations and
the follower that keeps the engine level with the log. Must not know HTTP, ranking or how an engine stores
anything."""
