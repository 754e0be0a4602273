"""The directory: the people of an organisation, searched and filtered."""
