// oidc-provider as a process: node server.js PORT RETURN_ADDRESS LOGOUT_ADDRESS. Any password signs in.
import Provider from "oidc-provider";

const [port, returnAddress, logoutAddress] = process.argv.slice(2);
const home = returnAddress.split("/login/")[0];
const people = {
  amina: { name: "Amina Provider", email: "amina@demo.example", email_verified: true, employee_number: "W-1" },
  tomas: { name: "Tomas Provider", email: "amina@demo.example", email_verified: false, employee_number: "W-2" },
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "every-sector",
      client_secret: "secret-of-tests",
      redirect_uris: [returnAddress],
      post_logout_redirect_uris: [`${home}/login`],
      backchannel_logout_uri: logoutAddress,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "employee_number"] },
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
  cookies: { keys: ["of the provider"] },
  // Its own would not send to this machine.
  fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined }),
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(Number(port), "127.0.0.1");
