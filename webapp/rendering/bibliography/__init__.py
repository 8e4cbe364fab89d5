"""The forms in which people keep references: each is read into CSL items with the place of every fault, and written back."""
