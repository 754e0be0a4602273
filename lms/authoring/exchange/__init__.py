"""Exchanges questions with other systems: reads GIFT, Moodle XML and Aiken; writes GIFT, Moodle XML and QTI 3."""
