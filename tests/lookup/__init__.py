"""Looking works up, asked of a local server that answers in the shapes of the real registers."""
