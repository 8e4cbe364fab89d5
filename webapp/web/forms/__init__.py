"""Forms: every field has a limit and a sentence."""
