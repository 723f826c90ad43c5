"""Plain scripts: each runs one tool in an environment of its own and knows nothing of lowtide (`peer_job` says how)."""
