"""Writes that a program sends twice are done once: the answer is stored under the key that the program gave."""
