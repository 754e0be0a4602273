// Asks the browser for a passkey, new or known, and sends what it answers as a form. The server made the options.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withBytes = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));

function optionsOf(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = toBytes(options.challenge);
  options.allowCredentials = withBytes(options.allowCredentials);
  options.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.user) options.user.id = toBytes(options.user.id);
  return options;
}

// Written out, because browsers of the last years have no toJSON for it.
function asJson({ id, rawId, type, response }) {
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = toText(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return JSON.stringify({ id, rawId: toText(rawId), type, response: answer });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const say = form.querySelector("[data-say]");

  const ask = async () => {
    if (!window.PublicKeyCredential) {
      say.textContent = form.dataset.missing;
      return;
    }
    say.textContent = "";
    try {
      const found = await navigator.credentials[form.dataset.passkey]({ publicKey: optionsOf(form) });
      form.elements.credential.value = asJson(found);
      form.submit();
    } catch {
      say.textContent = form.dataset.failed;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  ask();
}
