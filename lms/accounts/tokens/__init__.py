"""Access tokens: what programs of an organisation act with, in place of a person who is signed in."""
