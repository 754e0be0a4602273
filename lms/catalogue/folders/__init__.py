"""The folders of course files beside what is published: which of the two goes on, and how they become the same."""
