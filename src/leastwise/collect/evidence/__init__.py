"""Evidence of use, from outside the snapshot: each provider gives observations and says what it could see.

gather      every source that was asked for, by its words (`cloudtrail=PATH`) → `Evidence` of each
logs        CloudTrail log files as S3 delivers them → `Evidence`
logfile     one such file: unpacked, decoded, its faults named
"""
