"""Settling: false alarms when one looks every day, and how long a broken promise goes unseen."""
