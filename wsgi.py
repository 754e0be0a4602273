"""What a WSGI server loads, and the `flask` command."""

from lms.kernel.memory import gc_paused

# Loading throws next to nothing away, and looking for it again and again takes a tenth of the time.
with gc_paused():
    from lms.app import create_app
    from lms.kernel.errors import CannotStart
    from lms.kernel.private_files import close_new_files

    close_new_files()
    try:
        app = create_app()
    except CannotStart as error:
        # A sentence instead of a traceback: nothing is broken but the settings or the place.
        raise SystemExit(str(error)) from None
