"""People, permissions, HTTP, jobs and the command line. Thin: it conducts the layers below."""
