"""Answers the requests of directories by scim2-server. Importing this takes a second or more."""

from scim2_models import SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from lms.accounts.api import EmailTaken, TokenHolder
from lms.kernel.errors import Invalid
from lms.people.api import StaffNumberTaken
from lms.rest.scim.errors import refused
from lms.rest.scim.operations import GroupTaken
from lms.rest.scim.resources import PROVIDER
from lms.rest.scim.storage import DirectoryStorage

SERVICE = ScimService(PROVIDER)


def answer(caller: TokenHolder, request: ScimRequest) -> ScimResponse:
    """Answers one request. Raises ``RequestProblem`` in the words of SCIM for what the standard or people refuse."""
    writes = request.method != "GET" and not request.path.endswith(".search")
    try:
        return ScimHandler(SERVICE, DirectoryStorage(caller, writes=writes)).handle(request)
    except SCIMException as error:
        raise refused(error.status, error.detail, kind=error.scim_type or "") from error
    except (StaffNumberTaken, EmailTaken, GroupTaken) as error:
        raise refused(409, error.message, kind="uniqueness") from error
    except Invalid as error:
        raise refused(400, error.message, kind="invalidValue") from error
