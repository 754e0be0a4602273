// Cutting a picture before it is uploaded: a frame over it, whose sides are the form's four fields, in percent. It is
// drawn with a mouse, and its sides are moved with a mouse, a finger or the arrow keys. The fields are what is sent.
const MOST = 90; // Of the width or the height, from both sides together.
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const OPPOSITE = { left: "right", right: "left", top: "bottom", bottom: "top" };

const stage = document.querySelector("[data-crop]");
const form = stage.closest("form");
const canvas = stage.querySelector("canvas");
const frame = stage.querySelector("[data-crop-frame]");
const sides = Object.keys(OPPOSITE);
const handles = Object.fromEntries(sides.map((side) => [side, stage.querySelector(`[data-crop-side="${side}"]`)]));

const value = (side) => Math.min(Math.max(Number.parseInt(form.elements[side].value, 10) || 0, 0), MOST);
const show = () => {
  for (const side of sides) {
    frame.style[side] = `${value(side)}%`;
    handles[side].setAttribute("aria-valuenow", value(side));
  }
};
const set = (side, percent) => {
  form.elements[side].value = Math.round(Math.min(Math.max(percent, 0), MOST - value(OPPOSITE[side])));
  show();
};
// Where the pointer is, in percent from each side.
const place = ({ clientX, clientY }) => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [x, y] = [((clientX - left) / width) * 100, ((clientY - top) / height) * 100];
  return { left: x, right: 100 - x, top: y, bottom: 100 - y };
};
// Until the pointer is let go, `move` hears where it is.
const follow = (event, move) => {
  const target = event.currentTarget;
  event.preventDefault();
  target.setPointerCapture(event.pointerId);
  const moved = (at) => move(place(at));
  target.addEventListener("pointermove", moved);
  target.addEventListener("lostpointercapture", () => target.removeEventListener("pointermove", moved), { once: true });
};

for (const side of sides) {
  handles[side].addEventListener("pointerdown", (event) => {
    event.stopPropagation();
    handles[side].focus();
    follow(event, (at) => set(side, at[side]));
  });
  handles[side].addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    // The arrows move the line on the screen: away from the left is towards the right.
    set(side, value(side) + (side === "left" || side === "top" ? step : -step));
  });
  form.elements[side].addEventListener("input", show);
}
stage.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "touch") return; // A finger scrolls the page.
  const from = place(event);
  follow(event, (to) => {
    for (const side of sides) form.elements[side].value = 0;
    for (const side of sides) set(side, Math.min(from[side], to[side]));
  });
});

const draw = async () => {
  const [file] = form.elements.file.files;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, canvas.parentElement.parentElement.clientWidth / picture.width || 1, 480 / picture.height);
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    stage.hidden = false;
  } catch {
    stage.hidden = true; // No picture, or a drawing: those are not cut.
  }
  show();
};
form.elements.file.addEventListener("change", () => {
  for (const side of sides) form.elements[side].value = 0;
  draw();
});
form.querySelector("[data-crop-details]").addEventListener("toggle", draw);
