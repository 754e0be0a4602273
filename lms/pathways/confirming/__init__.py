"""Changes of a pathway: proposed by one person, confirmed or refused by a second; numbers that do not answer."""
