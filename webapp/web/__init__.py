"""Blueprints, forms, access, errors: load with permission, form, one service call, redirect."""
