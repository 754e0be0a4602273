"""What a WSGI server loads, and the `flask` command."""

import os
import sys

if os.name != "posix" or sys.version_info < (3, 11):
    raise SystemExit("Every Sector needs Linux or macOS and Python 3.11 or newer. Run: python3 bin/bootstrap.py")

from lms.kernel.memory import absent, loading

try:
    # The logs would load rich wherever it is installed, to print tracebacks in colour.
    with loading(), absent("rich"):
        from lms.cli.groups import application_for, command_called
        from lms.kernel.private_files import close_new_files

        close_new_files()
        # The variable says that the program is ``flask``, whose arguments name a command.
        app = application_for(command_called(sys.argv[1:])) if "FLASK_RUN_FROM_CLI" in os.environ else None
        if app is None:
            # Flask-Security would load these where it finds them, a tenth of the start and 14 MB: what it has of single
            # sign-on is not used, and passkeys load theirs with the first one.
            with absent("authlib", "webauthn"):
                import flask_security  # noqa: F401
            from lms.app import create_app
            from lms.kernel.errors import CannotStart

            try:
                app = create_app()
            except CannotStart as error:
                # A sentence instead of a traceback: nothing is broken but the settings or the place.
                raise SystemExit(str(error)) from None
except KeyboardInterrupt:
    raise SystemExit("Stopped before it was ready. Nothing is left half done: start it again.") from None
