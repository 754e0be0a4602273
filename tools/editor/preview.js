// The preview beside the text: of the chosen sector, width, colours and direction, shown again after each save.
export function showPreview() {
  const section = document.querySelector("[data-preview]");
  if (!section) return () => {};
  const form = section.querySelector("form");
  const holder = section.querySelector(".frame");
  const frame = holder.querySelector("iframe");
  const alone = section.querySelector("a[target]");
  let top = 0;

  const show = () => {
    const chosen = Object.fromEntries(new FormData(form));
    const address = new URL(frame.src);
    address.search = new URLSearchParams({ sector: chosen.sector, direction: chosen.direction, look: chosen.look });
    holder.className = chosen.width ? `frame width-${chosen.width}` : "frame";
    top = frame.contentWindow.scrollY;
    alone.href = address;
    frame.contentWindow.location.replace(address);
  };
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top));
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  section.hidden = false;
  return show;
}
