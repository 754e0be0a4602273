"""SCIM 2.0 (RFC 7643 and 7644): an organisation's directory adds people, moves them and lets them leave."""
