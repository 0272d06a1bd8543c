"""Granted versus enough: the narrowed policy of each principal, with the reason for each change."""

from leastwise.leastprivilege.advice import LIMIT, Advice, Adviser, advise

__all__ = ["LIMIT", "Advice", "Adviser", "advise"]
