"""A moto server that demands permissions while an attack runs, and lets everything pass while the stage is set."""

from collect.conftest import clean, moto_url, url

__all__ = ["clean", "moto_url", "url"]
