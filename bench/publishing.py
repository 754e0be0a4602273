"""``python -m bench.publishing``: publishes after one module was changed, and prints the seconds of CPU that took.

The installation is the one of ``LMS_INSTANCE``; the course files are copies, which stay in its folder.
"""

import os
import shutil
import time
from pathlib import Path

from bench.application import quiet_app
from lms.catalogue.api import publish
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT
from lms.kernel.db import unit_of_work

CHANGED = "safe-referral/*.md"


def main() -> None:
    """Changes a module, publishes all, and prints how long that took."""
    folder = Path(os.environ["LMS_INSTANCE"])
    modules = folder / "changed-modules"
    if not modules.exists():
        shutil.copytree(ROOT / "modules", modules)
    module = min(modules.glob(CHANGED))
    module.write_text(module.read_text() + f"\nRead again at {time.time():.0f}.\n")
    app = quiet_app(str(folder), database_url=os.environ.get("LMS_DATABASE_URL", ""))
    with app.app_context():
        began = time.process_time()
        with unit_of_work():
            published = publish(modules, ROOT / "quizzes", SYSTEM)
        took = time.process_time() - began
    if published.publication_id is None:
        raise SystemExit(f"nothing was published: {published.problems}")
    print(took)


if __name__ == "__main__":
    main()
