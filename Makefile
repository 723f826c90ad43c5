# Everything is in dev.py, which also works without make: python3 dev.py
PYTHON ?= python3

.PHONY: demo test check format docs lock env bench
demo test check format docs lock env:
	@$(PYTHON) dev.py $@ $(ARGS)
bench:
	@$(PYTHON) dev.py bench $(NAME) $(ARGS)
