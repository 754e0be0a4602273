"""Registration: people of an organisation that opened it ask to join by themselves, and HR decides."""
