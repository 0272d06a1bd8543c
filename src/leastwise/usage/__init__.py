"""What was really done: CloudTrail events turned into IAM actions on resources, by whom, and how often.

It knows the catalogue and no file: `collect.evidence` reads, this room understands.

    meaning    (eventSource, eventName) → IAM actions; `exceptions` are the rows that the names do not tell
    identity   userIdentity → the principal whose policies were asked, or the reason why nobody is credited
    places     action + event → the ARNs it was about
    gateway    the same of API Gateway, whose permissions are given on paths
    profiles   the roles behind instance profiles, from whoever knows the account
    paths      the paths of users, roles and policies, likewise
    passing    action + event → the roles handed to a service
    reading    one event → what it says, whoever called: all of the above
    tally      many events → observations, in bounded memory and in any order
    sight      coverage + action → whether its use would have been seen; `kinds` are the rows behind it
    saying     a trail's selectors in words
"""
