"""One file a resource: it reads the request, asks the rooms below, and shapes the answer."""
