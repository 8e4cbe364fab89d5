"""Use cases: load, ask the domain, change rows, event, outbox. No commit, no clock, no HTTP."""
