"""What arrives, into consent and replies. It never sends: it queues a message like everyone else."""
