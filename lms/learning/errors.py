"""Why a step of learning is refused."""

from lms.kernel.errors import Refusal


class ModulesMissing(Refusal):
    """The quiz is not open: modules are not complete."""

    def __init__(self) -> None:
        super().__init__("The quiz opens when all modules are done. Please finish the modules first.")


class NothingNewer(Refusal):
    """There is no newer edition to start again on."""

    def __init__(self) -> None:
        super().__init__("You are on the newest edition of this course already.")
