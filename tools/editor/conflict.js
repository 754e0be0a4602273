// Two authors at once: what each changed alone is put together by the server; what both changed stands between marks.
// Their text and one's own stand beside the result, each with what it changed of the text that both began with. In the
// result the lines that are not one's own are marked; what they replace stands beside, so editor.css leaves it out.
// Nothing is saved before the author says so.
import { acceptChunk, Chunk, goToNextChunk, rejectChunk, unifiedMergeView } from "@codemirror/merge";
import { EditorView } from "@codemirror/view";

const MARKED = /^<{7} .*\n([^]*?)^={7} .*\n([^]*?)^>{7} .*(?:\n|$)/gm;
const TAKEN = {
  theirs: ([, theirs]) => theirs,
  mine: ([, , mine]) => mine,
  both: ([, theirs, mine]) => theirs + mine,
};
const SETTINGS = { mergeControls: false, syntaxHighlightDeletions: false, allowInlineDiffs: false };

export function showConflicts(form, texts, { view, text, replace, compare, openBeside }) {
  const section = form.querySelector("[data-conflict]");
  const left = section.querySelector("[data-places-left]");
  const sides = [];

  const marked = () => [...text().matchAll(MARKED)];
  const count = () => {
    const places = marked().length;
    left.textContent = places ? texts.placesLeft.replace("{number}", places) : texts.noPlaceLeft;
  };
  // Shows in the texts beside what stands at the cursor.
  const follow = () => {
    const { head } = view.state.selection.main;
    for (const side of sides) {
      let at = head;
      for (const chunk of Chunk.build(view.state.doc, side.state.doc)) {
        if (chunk.fromA > head) break;
        at = head < chunk.toA ? chunk.fromB : head + chunk.toB - chunk.toA;
      }
      side.dispatch({ effects: EditorView.scrollIntoView(Math.min(at, side.state.doc.length), { y: "center" }) });
    }
  };
  const next = () => {
    goToNextChunk(view);
    view.focus();
    follow();
  };
  const take = (name) => {
    const { head } = view.state.selection.main;
    const place = marked().find(({ index, 0: { length } }) => index <= head && head <= index + length);
    if (place) view.dispatch({ changes: { from: place.index, to: place.index + place[0].length, insert: TAKEN[name](place) } });
    else if (name === "mine") rejectChunk(view);
    else acceptChunk(view);
    next();
  };
  section.querySelector("[data-next-difference]").addEventListener("click", next);
  for (const button of section.querySelectorAll("[data-take]")) button.addEventListener("click", () => take(button.dataset.take));

  const open = ({ theirs, base, mine, merged }) => {
    form.dataset.differs = "";
    section.hidden = false;
    if (merged !== undefined) replace(merged);
    compare([
      unifiedMergeView({ original: mine, highlightChanges: false, ...SETTINGS }),
      EditorView.updateListener.of((change) => change.docChanged && count()),
    ]);
    for (const [name, doc] of Object.entries({ theirs, mine })) {
      const holder = form.querySelector(`[data-side="${name}"]`);
      holder.hidden = false;
      sides.push(openBeside(holder, doc, unifiedMergeView({ original: base, collapseUnchanged: { margin: 2 }, ...SETTINGS })));
    }
    count();
    section.querySelector("h2").focus();
  };
  const [theirs, mine, base] = [0, 1, 2].map((number) => section.querySelector(`[data-whole="${number}"]`)?.value);
  if (theirs !== undefined) open({ theirs, base, mine });
  return open;
}
