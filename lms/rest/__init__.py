"""The interface for programs of organisations: JSON below ``/api``, authorised by access tokens, without cookies."""
