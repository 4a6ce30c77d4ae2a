"""One module for each command of the command line: parsed arguments in, an exit code out."""
