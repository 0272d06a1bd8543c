"""The command line: options in, files and an exit code out. The only room that prints.

One module for each command, imported when the command is given. Results go to standard output; progress, notes
and errors to standard error.
"""
