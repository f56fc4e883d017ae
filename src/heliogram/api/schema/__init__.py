"""The shapes of requests and answers: their only home. A file for each family; nothing here computes."""
