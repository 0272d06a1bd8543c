"""Questions to an account: may this one do that, who may, and what may this one do? And the same of bare policies.

Pure functions over an `Account`; every decision is the engine's, with its reasons. What AWS asks beyond the policies
that were seen is said in `unseen` and `notes`, and never counts as a yes.
"""

from leastwise.questions.asked import Asked, ask, ask_patterns
from leastwise.questions.asker import Asker, Circumstances, find
from leastwise.questions.documents import Grants, compare, grants
from leastwise.questions.verdict import Verdict, Why, can
from leastwise.questions.what import Share, What, what_can
from leastwise.questions.who import Who, who_can

__all__ = [
    "Asked",
    "Asker",
    "Circumstances",
    "Grants",
    "Share",
    "Verdict",
    "What",
    "Who",
    "Why",
    "ask",
    "ask_patterns",
    "can",
    "compare",
    "find",
    "grants",
    "what_can",
    "who_can",
]
