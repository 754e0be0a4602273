"""``python -m bench.publishing [all]``: publishes after one module was changed; prints the seconds of CPU that took.

With ``all``, after every course file was. The installation is the one of ``LMS_INSTANCE``; the course files are
copies, which stay in its folder.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from bench.application import quiet_app
from lms.catalogue.api import publish
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT
from lms.kernel.db import unit_of_work

COURSE = "safe-referral"


def main() -> None:
    """Changes course files, publishes all, and prints how long that took."""
    folder = Path(os.environ["LMS_INSTANCE"])
    for name in ("modules", "quizzes"):
        if not (folder / name).exists():
            shutil.copytree(ROOT / name, folder / name)
    modules, banks = sorted(folder.glob("modules/*/*.md")), sorted(folder.glob("quizzes/*.yml"))
    changed = [*modules, *banks] if "all" in sys.argv else [min(folder.glob(f"modules/{COURSE}/*.md"))]
    for path in changed:
        words = f"Read again at {time.time():.0f}.\n"
        path.write_text(path.read_text() + ("\n" if path.suffix == ".md" else "# ") + words)
    app = quiet_app(str(folder), database_url=os.environ.get("LMS_DATABASE_URL", ""))
    with app.app_context():
        began = time.process_time()
        with unit_of_work():
            published = publish(folder / "modules", folder / "quizzes", SYSTEM)
        took = time.process_time() - began
    if published.publication_id is None:
        raise SystemExit(f"nothing was published: {published.problems}")
    print(took)


if __name__ == "__main__":
    main()
