"""Publishing a draft on a day: exactly the text that was there when the day was chosen."""
