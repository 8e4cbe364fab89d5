"""Undersigned: a joint letter from first draft to the journal’s last answer.

Kept empty of imports, so that the domain loads without Flask.
"""
