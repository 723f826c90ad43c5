"""Pictures as SVG text whose colours are CSS variables of the page."""
