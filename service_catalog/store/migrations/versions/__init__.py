"""One file a migration. Each spells out its tables: it must not change when ``store.tables`` does."""
