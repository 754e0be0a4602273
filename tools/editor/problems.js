// The problems of the text that is being written, from the one validator: marked in the text, listed below it.
const PAUSE = 600;

export function showProblems(form, texts, { text, goTo, mark }) {
  const section = document.querySelector("[data-problems]");
  const list = section.querySelector("[data-problem-list]");
  const example = section.querySelector("template").content.firstElementChild;
  let timer;
  let request;

  const item = ({ line, severity, message, remedy }) => {
    const shown = example.cloneNode(true);
    const [word, link, words] = shown.children;
    word.textContent = texts[severity];
    link.textContent = link.dataset.words.replace("{number}", line);
    link.search = `?line=${line}`;
    link.dataset.line = line;
    words.textContent = remedy ? `${message}; ${remedy}` : message;
    return shown;
  };
  const show = (problems) => {
    list.replaceChildren(...problems.map(item));
    section.querySelector("[data-no-problems]").hidden = problems.length > 0;
    mark(problems);
  };

  async function check() {
    request?.abort();
    request = new AbortController();
    const checked = text();
    try {
      const answer = await fetch(form.dataset.check, {
        method: "POST",
        body: new URLSearchParams({ csrf_token: form.elements.csrf_token?.value ?? "", text: checked }),
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        redirect: "manual",
        signal: request.signal,
      });
      if (answer.ok && checked === text()) show((await answer.json()).problems);
    } catch {
      // Without a network the last problems stay; saving says that there is none.
    }
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
  check();
  return () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  };
}
