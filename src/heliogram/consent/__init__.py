"""May we send this, and can we prove it: the ledger's chain and the verdict. No SQL: rows are `storage.consent`."""
