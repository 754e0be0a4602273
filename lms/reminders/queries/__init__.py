"""Every SELECT of reminders."""
