"""The only room that touches the world: AWS accounts, files, the clock and the environment.

`live.collect_live` asks AWS, `file.read_snapshot` reads a file; both give a Snapshot, and everything after
them is offline. Nothing here imports boto3: only `live` and the modules it stands on do, so that a command
that works from a file never pays for it.
"""
