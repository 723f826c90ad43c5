"""``python -m lowtide``."""

from lowtide.cli.main import main

main()
