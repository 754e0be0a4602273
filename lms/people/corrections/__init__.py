"""Correction requests: people tell HR what is wrong in their own record, and HR answers."""
