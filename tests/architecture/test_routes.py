"""Every address says who may open it; what it answers to whom is tested in test_permissions.py."""

import pytest
from flask import Flask

PUBLIC = {
    "home.index", "home.healthz", "home.readyz", "home.security_txt", "web.asset",
    # It asks for the token of the settings itself.
    "home.metrics",
    # It asks for the secret of the settings itself.
    "authoring.git_pushed",
    "accounts.sign_in_through", "accounts.come_back", "accounts.finish", "accounts.provider_problem",
    # Its token is signed by the provider.
    "accounts.sign_out_from",
        "accounts.type_code", "accounts.join", "accounts.language", "accounts.register", "accounts.prove_registration",
    "pathways.help_now", "pathways.support", "certification.verify", "certification.verified",
    "rest.document", "rest.documentation",
    "certification.did", "certification.status_list", "certification.keys", "certification.offline",
    "certification.worker",
    # Flask-Security guards its own: signing in, resetting; the others ask for a session themselves.
    "security.login", "security.logout", "security.forgot_password", "security.reset_password",
    "security.change_password", "security.verify",
    "security.two_factor_setup", "security.two_factor_setup_validate", "security.two_factor_token_validation",
    "security.two_factor_rescue", "security.tf_select", "security.wan_register", "security.wan_register_response",
    "security.wan_signin", "security.wan_signin_response", "security.wan_delete",
}  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_route_says_who_may_open_it(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", "public") == "public"
    }
    assert public == PUBLIC
