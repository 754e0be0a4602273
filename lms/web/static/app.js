// What pages do better with script. Everything here works without it: the quick exit is a link, the quiz is a form.

// "Leave this page": nothing is seen any more, however slow the network; the neutral page takes the place of this one,
// so that "back" does not lead here again.
document.addEventListener("click", (event) => {
  const exit = event.target.closest?.("a[data-quick-exit]");
  if (!exit) return;
  event.preventDefault();
  document.documentElement.hidden = true;
  document.title = "";
  location.replace(exit.href);
});

// What is true only with a script is said only with one.
for (const words of document.querySelectorAll("[data-with-script]")) words.hidden = false;

// A button that prints is shown only where there is a script to print with.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A page of somebody who may have signed out since is asked for again, wherever the browser had stored it.
addEventListener("pageshow", (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  const stored = event.persisted || (visit?.type === "back_forward" && visit.transferSize === 0);
  if (stored && document.body.hasAttribute("data-personal")) location.reload();
});

// Who signs out leaves no unsaved text on the device.
document.getElementById("sign_out_form")?.addEventListener("submit", () => localStorage.clear());

// What a sign-in provider sends back goes on without a press.
document.querySelector("form[data-send-at-once]")?.submit();

const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;

// A form that saves each answer as it is given. What is not sent yet is kept in memory only: phones are shared.
function autosave(form) {
  const unsent = new Set();
  const state = form.querySelector("[data-save-state]");
  let sending = false;
  let wait = FIRST_WAIT;
  let timer;

  const say = (word) => {
    if (state) state.textContent = state.dataset[word] ?? "";
    form.querySelector("[data-sign-in]")?.toggleAttribute("hidden", word !== "signedOut");
  };

  const body = (names) => {
    const all = new FormData(form);
    const sent = new URLSearchParams({ csrf_token: all.get("csrf_token") ?? "" });
    for (const name of names) {
      sent.append("changed", name); // An emptied group of checkboxes sends no value: its name says it was emptied.
      for (const value of all.getAll(name)) sent.append(name, value);
    }
    return sent;
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };

  async function send() {
    if (sending || !unsent.size) return;
    sending = true;
    const names = [...unsent];
    unsent.clear();
    let outcome = "later";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: body(names),
        headers: { "X-Requested-With": "fetch", Accept: "application/json" },
        redirect: "manual", // A redirect would be the sign-in page, which answers 200 and saves nothing.
        keepalive: true,
      });
      if (answer.ok) outcome = "saved";
      else if (answer.status === 401) outcome = "signedOut";
      else if (answer.type === "opaqueredirect" || (answer.status < 500 && answer.status !== 429)) outcome = "refused";
    } catch {
      // No network: the names go back and are sent when it returns.
    }
    sending = false;
    if (outcome === "saved") {
      wait = FIRST_WAIT;
      if (unsent.size) return send();
      return say("saved");
    }
    for (const name of names) unsent.add(name);
    say(outcome === "later" ? "unsaved" : outcome);
    if (outcome === "later") later();
  }

  const again = () => {
    wait = FIRST_WAIT;
    if (document.visibilityState === "visible") send();
  };

  form.addEventListener("change", ({ target }) => {
    if (!target.name) return;
    unsent.add(target.name);
    count(form);
    send();
  });
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  // Some browsers put answers back after "back" or a reload without telling anybody.
  addEventListener("pageshow", () => count(form));
}

// A question is answered when every control of it is: one of each group of radios or checkboxes, a value elsewhere.
function answered(question) {
  const groups = new Map();
  for (const control of question.querySelectorAll("input[name], select[name], textarea[name]")) {
    // Moments of a story that no choice leads to are folded away and ask nothing.
    if (control.closest(".moment") && !control.getClientRects().length) continue;
    const given = /^(radio|checkbox)$/.test(control.type) ? control.checked : control.value !== "";
    groups.set(control.name, groups.get(control.name) || given);
  }
  return groups.size > 0 && [...groups.values()].every(Boolean);
}

function count(form) {
  const questions = [...form.querySelectorAll(".question")];
  const open = questions.filter((question) => !answered(question));
  for (const place of form.querySelectorAll("[data-answered]")) place.textContent = questions.length - open.length;
  for (const link of form.querySelectorAll("a[data-next-open]")) {
    link.hidden = !open.length;
    if (open.length) link.hash = open[0].id;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) autosave(form);
