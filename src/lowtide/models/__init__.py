"""What is shipped: the fitted pipeline, its bundle on disk, and scoring of new rows under the read contract."""
