"""Who works for which organisation: on a day, on it or later, or ever. Every rule that asks so asks here."""
