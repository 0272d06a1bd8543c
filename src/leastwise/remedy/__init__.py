"""Fixes: what to change first, and what that ends."""

from leastwise.remedy.fixes import fix_first

__all__ = ["fix_first"]
