"""What is known of the use of each permission: used, proven unused, or unknown and why.

    verdict      the three answers, and what every witness gives: bits over the catalogue, and words on demand
    advisor      a witness: Access Advisor's reports, in the snapshot
    credentials  a witness: when a role was last used, or a user's password and keys
    trail        a witness: events of CloudTrail, as far as the logs could show them
    analyzer     a witness: what Access Analyzer found unused
    knowledge    all witnesses of one principal, joined

A witness that could not see says so. Use that any of them saw counts; that an action was not used takes one that would
have seen it.
"""

from leastwise.evidence.knowledge import Knowledge
from leastwise.evidence.verdict import LEAST_DAYS, Use, Verdict

__all__ = ["LEAST_DAYS", "Knowledge", "Use", "Verdict"]
