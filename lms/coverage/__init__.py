"""Coverage: figures across organisations without names, with statistical disclosure control."""
