"""What may happen to a message on its way: no message twice, none lost (R16)."""
