// The blocks as fields in a dialog: the form is the page's own, and the server writes the marks.
export function offerBlocks(form, { insert }) {
  const menu = form.querySelector("[data-blocks]");
  const dialog = document.querySelector("[data-block-dialog]");
  if (!menu) return;
  const place = dialog.querySelector("[data-block-place]");
  const heading = dialog.querySelector("h2");
  let opener;

  const show = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fields = page.querySelector("[data-block-form]");
    if (!fields) return location.assign(opener.href);
    for (const part of fields.querySelectorAll(".no-script")) part.hidden = true;
    place.replaceChildren(document.adoptNode(fields));
    heading.textContent = opener.textContent;
    if (!dialog.open) dialog.showModal();
    place.querySelector(".error-summary, textarea, input:not([type=hidden]), select")?.focus();
  };

  menu.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-block]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    try {
      await show(await fetch(link.href));
    } catch {
      location.assign(link.href); // Without a network the browser says so.
    }
  });
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(event.target.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(event.target)),
      headers: { Accept: "application/json, text/html;q=0.5" },
    });
    if (!answer.headers.get("Content-Type").startsWith("application/json") || !answer.ok) return show(answer);
    dialog.close();
    insert((await answer.json()).block);
  });
  dialog.querySelector("[data-close-dialog]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => place.replaceChildren());
}
