"""One function per message, and the ways in which a message leaves."""
