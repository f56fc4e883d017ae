"""What each one will see: pictures probed, planned for each route, and fitted. No rows, no sending."""
