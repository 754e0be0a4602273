// Saves while somebody writes, as versions of the draft. What could not be sent is copied to this device until it is
// saved or somebody signs out.
const PAUSE = 3_000;
const BETWEEN = 10_000;
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;
const MOST_AFTER_LEAVING = 60_000; // Browsers send no more than 64 kB for a page that is gone.

export function startSaving(form, texts, { text, replace, saved, conflict }) {
  const { version, opened, mine, author, csrf_token: token } = form.elements;
  const state = form.querySelector("[data-save-state]");
  const signIn = form.querySelector("[data-sign-in]");
  const name = `unsaved ${author.value} ${location.pathname}`;
  let last = form.elements.text.defaultValue;
  let sent;
  let savedAt = 0;
  let stopped = form.hasAttribute("data-differs");
  let sending = false;
  let leaving = false;
  let failed = false;
  let wait = FIRST_WAIT;
  let timer;
  let copying;

  const isChanged = () => text() !== last;
  const time = (moment) => new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const say = (word, more) => {
    state.textContent = more ?? texts[word].replace("{time}", time(Date.now()));
    signIn.hidden = word !== "signedOut";
    failed = !["saved", "saving", "unsaved"].includes(word);
  };
  const copy = () => {
    clearTimeout(copying);
    if (isChanged()) localStorage.setItem(name, JSON.stringify({ text: text(), version: version.value, at: Date.now() }));
    else localStorage.removeItem(name);
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  async function save() {
    clearTimeout(timer);
    timer = undefined;
    if (sending || stopped || !isChanged()) return;
    sending = true;
    sent = text();
    say("saving");
    const body = new URLSearchParams({ csrf_token: token?.value ?? "", text: sent, version: version.value, author: author.value });
    let answer;
    let said = {};
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        redirect: "manual",
        keepalive: leaving && String(body).length < MOST_AFTER_LEAVING,
      });
      said = await answer.json();
    } catch {
      // No network, or an answer that is not ours: tried again.
    }
    sending = false;
    if (answer?.ok && said.version !== undefined) return accept(said.version);
    if (answer?.status === 409 && said.theirs !== undefined) return differ(said);
    if (answer?.status === 401) return say("signedOut");
    if (answer && answer.status < 500 && answer.status !== 429 && answer.type !== "opaqueredirect")
      return say("refused", said.error && `${said.error.message} ${texts.refused}`);
    say("offline");
    later(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function accept(number) {
    wait = FIRST_WAIT;
    last = sent;
    version.value = number;
    savedAt = Date.now();
    copy();
    say("saved");
    saved();
    if (isChanged()) changed();
  }

  function differ({ version: number, theirs, base, merged }) {
    // The answer to our own last save was lost: it is what was saved meanwhile.
    if (theirs === sent) return accept(number);
    // What was written meanwhile is merged too.
    if (text() !== sent) return later(0);
    [opened.value, version.value, mine.value] = [version.value, number, sent];
    last = theirs;
    stopped = true;
    say("conflict");
    conflict({ theirs, base, mine: sent, merged });
  }

  function changed() {
    if (!failed) say("unsaved");
    clearTimeout(copying);
    copying = setTimeout(copy, 500);
    if (!stopped && !timer && !sending) timer = setTimeout(save, Math.max(PAUSE, savedAt + BETWEEN - Date.now()));
  }

  function offerCopy() {
    const card = form.querySelector("[data-copy]");
    for (const other of Object.keys(localStorage))
      if (other.startsWith("unsaved ") && !other.startsWith(`unsaved ${author.value} `)) localStorage.removeItem(other);
    const found = JSON.parse(localStorage.getItem(name) ?? "null");
    if (!found || found.text === text()) return localStorage.removeItem(name);
    const words = card.querySelector("[data-copy-words]");
    words.textContent = words.dataset.words.replace("{time}", new Date(found.at).toLocaleString(document.documentElement.lang));
    const close = () => { card.hidden = true; };
    card.hidden = false;
    card.querySelector("[data-take-copy]").addEventListener("click", () => {
      version.value = found.version;
      replace(found.text);
      close();
    });
    card.querySelector("[data-drop-copy]").addEventListener("click", () => {
      localStorage.removeItem(name);
      close();
    });
  }

  const again = () => {
    if (document.visibilityState !== "visible") return;
    leaving = false;
    wait = FIRST_WAIT;
    save();
  };
  const leave = () => {
    if (copying) copy();
    leaving = true;
    save();
  };
  addEventListener("online", again);
  addEventListener("focus", () => failed && again());
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : again()));
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", (event) => {
    if ((failed || stopped) && isChanged()) event.preventDefault();
  });
  const saveNow = () => (isChanged() ? save() : say("saved"));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "save" && !stopped) {
      event.preventDefault();
      return saveNow();
    }
    // What is sent now is saved or shown again: no question whether to leave.
    clearTimeout(timer);
    stopped = true;
    last = text();
    localStorage.removeItem(name);
  });
  offerCopy();
  if (isChanged()) changed();
  return { changed, save: () => (stopped ? form.requestSubmit(form.elements.save) : saveNow()) };
}
