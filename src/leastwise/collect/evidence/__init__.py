"""Evidence of use, from outside the snapshot: each provider gives observations and says what it could see.

logs        CloudTrail log files as S3 delivers them → `Evidence`
logfile     one such file: unpacked, decoded, its faults named
"""
