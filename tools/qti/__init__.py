"""Compares the marks of exported QTI 3 items with those of another implementation."""
