"""Tables, queries, migrations, and the outbox, the one place that enqueues."""
