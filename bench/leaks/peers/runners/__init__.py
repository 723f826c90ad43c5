"""Plain scripts: each runs one linter in an environment of its own and knows nothing of lowtide (`leak_job` says how)."""
