"""Feedback of learners: something is wrong in a module or a question. Nobody learns who sent it."""
