"""From text to validated values that know their lines."""
