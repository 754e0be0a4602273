// Two authors at once: the other text beside one's own in the editor, or the text that both began with. Nothing is
// saved before the author says so.
import { acceptChunk, goToNextChunk, rejectChunk, unifiedMergeView } from "@codemirror/merge";

export function showConflicts(form, texts, { view, compare }) {
  const section = form.querySelector("[data-conflict]");
  const chosen = section.querySelector("[data-compare-with]");
  const versions = { theirs: "", base: "" };

  const button = (type, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = type === "accept" ? texts.keepMine : texts.takeTheirs;
    made.addEventListener("click", act);
    return made;
  };
  const show = () => compare(unifiedMergeView({
    original: versions[chosen.value], mergeControls: button, syntaxHighlightDeletions: false, allowInlineDiffs: false,
  }));
  const act = (name, command) => section.querySelector(name).addEventListener("click", () => {
    command(view);
    view.focus();
  });
  chosen.addEventListener("change", show);
  act("[data-next-difference]", goToNextChunk);
  act("[data-take-theirs]", rejectChunk);
  act("[data-keep-mine]", acceptChunk);

  const open = (theirs, base) => {
    Object.assign(versions, { theirs, base });
    section.hidden = false;
    show();
    section.querySelector("h2").focus();
  };
  const given = section.querySelector("[data-theirs]");
  if (given) open(given.value, section.querySelector("[data-base]").value);
  return open;
}
