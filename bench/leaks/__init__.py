"""Planted leaks and clean tables: what an audit finds, and where it cries wolf."""
