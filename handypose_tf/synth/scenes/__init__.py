"""Pictures to be: hands, hard hands and people, each drawn at random as one scene."""
