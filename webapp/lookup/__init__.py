"""Looking works up: where they are registered, and only where it is switched on. Asked for by staff, one press at a time."""
