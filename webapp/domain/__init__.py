"""The rules: plain functions and frozen dataclasses; standard library only, no clock, no input or output."""
