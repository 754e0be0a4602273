// The page where a course file is written. It works without this as a form; with it, the text is highlighted, checked,
// previewed and saved while somebody writes.
import { offerBlocks } from "./blocks.js";
import { showConflicts } from "./conflict.js";
import { showPreview } from "./preview.js";
import { showProblems } from "./problems.js";
import { startSaving } from "./saving.js";
import { openText } from "./text.js";

const form = document.querySelector("form[data-editor]");
const texts = JSON.parse(form.dataset.texts);
const { nonce } = document.getElementById("editor_script");
const does = { changed: () => {}, save: () => {} };
const editor = openText(form, JSON.parse(form.dataset.phrases), nonce, {
  changed: () => does.changed(),
  save: () => does.save(),
});
for (const part of document.querySelectorAll(".no-script")) part.hidden = true;
const conflict = showConflicts(form, texts, editor);
offerBlocks(form, editor);
const preview = showPreview();
const check = showProblems(form, texts, editor);
const saving = startSaving(form, texts, { ...editor, saved: preview, conflict });
does.changed = () => {
  check();
  saving.changed();
};
does.save = saving.save;
if (form.dataset.line) editor.goTo(Number(form.dataset.line));
