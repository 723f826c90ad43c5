"""Is the floor kept? Small samples of real tables, judged by the large part that nobody touched."""
