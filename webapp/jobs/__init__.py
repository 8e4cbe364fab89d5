"""The worker's workflows: each opens a transaction, calls one service, commits."""
