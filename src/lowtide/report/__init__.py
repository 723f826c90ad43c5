"""Documents from values: words in a language, blocks, HTML and the terminal."""
