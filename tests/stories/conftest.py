"""The hotline that every story begins with: seeded, and nobody has written to it."""

from tests.hotline.conftest import emptied_house

__all__ = ["emptied_house"]
