"""``python -m bench.checking``: checks a module that is being written, and prints the seconds of CPU each check takes.

The installation is the one of ``LMS_INSTANCE``. Nothing is saved.
"""

import os
import time
from statistics import median

from bench.application import quiet_app
from lms.authoring.drafts.check import check_file
from lms.authoring.models import Draft
from lms.catalogue.api import read_published_files
from lms.kernel.db import reading

COURSE = "safe-referral"
TIMES = 9


def main() -> None:
    """Checks the course's longest module again and again, changed each time, and prints the middle."""
    app = quiet_app(os.environ["LMS_INSTANCE"], database_url=os.environ.get("LMS_DATABASE_URL", ""))
    with app.app_context(), reading():
        files = read_published_files()
        modules = [path for path in files if path.startswith(f"modules/{COURSE}/") and path.endswith(".md")]
        path = max(modules, key=lambda path: len(files[path]))
        took = []
        for number in range(TIMES + 1):
            began = time.process_time()
            check_file(Draft(id=0, course=COURSE), path, files[path] + f"\nChanged {number} times.\n".encode())
            took.append(time.process_time() - began)
    # The first parses all courses.
    print(median(took[1:]))


if __name__ == "__main__":
    main()
