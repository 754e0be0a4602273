"""Signing off: a reviewer who wrote nothing of a draft has read exactly the text that is published."""
