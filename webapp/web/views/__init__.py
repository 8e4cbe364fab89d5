"""One blueprint a noun: load with permission, form, one service call, redirect."""
