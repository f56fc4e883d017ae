"""Everything durable: all SQL and all blobs, on SQLite and PostgreSQL alike. No decisions."""
