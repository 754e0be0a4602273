// The text: CodeMirror in place of the form's field, which remains what is sent.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { yaml, yamlFrontmatter } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, highlightSpecialChars, keymap, lineNumbers, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700", color: "var(--action)" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url, tags.definition(tags.propertyName)], color: "var(--action)" },
  { tag: [tags.meta, tags.processingInstruction, tags.comment, tags.separator], color: "var(--quiet)" },
  { tag: [tags.monospace, tags.string, tags.atom, tags.bool, tags.number], color: "var(--good)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)" },
  "&.cm-focused": { outline: "3px solid var(--action)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: ".5rem" },
  ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--quiet)", borderInlineEnd: "1px solid var(--line)" },
  ".cm-panels": { backgroundColor: "var(--wash)", color: "var(--ink)" },
  ".cm-panel.cm-search": { padding: ".5rem", display: "flex", flexWrap: "wrap", gap: ".35rem .75rem", alignItems: "center" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-textfield": { backgroundColor: "var(--card)", color: "inherit", border: "1px solid var(--quiet)", maxInlineSize: "12rem" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--card)", color: "var(--action)", border: "1px solid var(--action)", minBlockSize: "2rem" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--quiet)", maxInlineSize: "min(30rem, 90vi)" },
  ".cm-searchMatch": { backgroundColor: "var(--soon-wash)", outline: "1px solid var(--soon)" },
  ".cm-selectionMatch": { backgroundColor: "var(--h1)" },
  ".cm-conflict": { color: "var(--late)", backgroundColor: "var(--late-wash)", fontWeight: "700" },
  ".cm-collapsedLines": { background: "var(--wash)", color: "var(--quiet)", "&:before, &:after": { content: "none" } },
  ".cm-block": { color: "var(--quiet)", backgroundColor: "var(--wash)", fontWeight: "700" },
  ".cm-insertedLine, .cm-changedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--good-wash)" },
  ".cm-deletedChunk": { backgroundColor: "var(--late-wash)" },
  ".cm-deletedChunk .cm-deletedText, .cm-changedText, &.cm-merge-b .cm-changedText": { background: "none", textDecoration: "underline" },
});

// Each line has the direction of its first letter; the lines of our blocks, and the marks of a conflict, stand out.
const BLOCK = /^\s*\/\/\//;
const CONFLICT = /^[<=>]{7} /;
const lineMarks = (isMarkdown) => {
  const [plain, block, conflict] = ["", "cm-block", "cm-conflict"].map((name) => Decoration.line({ attributes: { dir: "auto" }, class: name }));
  const marksOf = (view) => {
    const marks = new RangeSetBuilder();
    for (const { from, to } of view.visibleRanges)
      for (let at = from; at <= to; ) {
        const line = view.state.doc.lineAt(at);
        marks.add(line.from, line.from, CONFLICT.test(line.text) ? conflict : isMarkdown && BLOCK.test(line.text) ? block : plain);
        at = line.to + 1;
      }
    return marks.finish();
  };
  class Lines {
    constructor(view) { this.decorations = marksOf(view); }
    update(change) { if (change.docChanged || change.viewportChanged) this.decorations = marksOf(change.view); }
  }
  return Prec.lowest(ViewPlugin.fromClass(Lines, { decorations: (lines) => lines.decorations }));
};

// Puts the editor in the place of the form's field; `changed` is called after each change, `save` by Ctrl-S.
export function openText(form, phrases, nonce, { changed, save }) {
  const field = form.elements.text;
  const isMarkdown = form.dataset.language === "markdown";
  const comparison = new Compartment();
  const scheme = new Compartment();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const place = document.createElement("div");
  place.className = "text-editor";
  field.after(place);
  const written = [
    nonce ? EditorView.cspNonce.of(nonce) : [],
    EditorState.phrases.of(phrases),
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    EditorView.perLineTextDirection.of(true),
    lineNumbers(), highlightSpecialChars(), search({ top: true }),
    isMarkdown ? yamlFrontmatter({ content: markdown({ completeHTMLTags: false }) }) : yaml(),
    lineMarks(isMarkdown),
    syntaxHighlighting(colours),
    look,
    scheme.of(EditorView.darkTheme.of(dark.matches)),
  ];
  const view = new EditorView({
    parent: place,
    doc: field.value,
    extensions: [
      written,
      EditorView.contentAttributes.of({
        tabindex: "0", "aria-labelledby": "text_label", "aria-describedby": "text-hint", spellcheck: "true", autocorrect: "on", autocapitalize: "on",
      }),
      lintGutter(), history(), highlightSelectionMatches(),
      comparison.of([]),
      keymap.of([
        { key: "Mod-s", run: () => (save(), true), preventDefault: true },
        ...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap,
      ]),
      EditorView.updateListener.of((change) => change.docChanged && changed()),
    ],
  });
  field.hidden = true;
  const views = [view];
  dark.addEventListener("change", () => {
    for (const each of views) each.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(dark.matches)) });
  });
  document.getElementById("text_label").addEventListener("click", () => view.focus());
  form.addEventListener("submit", () => { field.value = view.state.doc.toString(); });

  const text = () => view.state.doc.toString();
  const replace = (words) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: words } });
  const lineAt = (number) => view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
  const goTo = (number) => {
    const { from, to } = lineAt(number);
    view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    view.focus();
  };
  const mark = (problems) => view.dispatch(setDiagnostics(view.state, problems.map(({ line, severity, message, remedy }) => {
    const { from, to } = lineAt(line);
    return { from, to, severity, message: remedy ? `${message}; ${remedy}` : message };
  })));
  const compare = (extension) => view.dispatch({ effects: comparison.reconfigure(extension) });
  const insert = (words) => {
    // Where nobody has put the cursor into the text, or only into what is above it, the block goes to the end.
    const head = view.state.selection.main.head;
    const above = /^---\n[^]*?\n---\n/.exec(text())?.[0].length ?? 0;
    const { to } = view.state.doc.lineAt(head < above ? view.state.doc.length : head);
    const marks = `${to ? "\n\n" : ""}${words}\n`;
    view.dispatch({ changes: { from: to, insert: marks }, selection: { anchor: to + marks.length }, scrollIntoView: true });
    view.focus();
  };
  // Another text to be read, in a part of the page that begins with its heading.
  const openBeside = (parent, doc, extension) => {
    const holder = document.createElement("div");
    holder.className = "text-editor";
    parent.append(holder);
    const beside = new EditorView({
      parent: holder,
      doc,
      extensions: [
        written,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true", "aria-labelledby": parent.querySelector("h3").id }),
        keymap.of([...searchKeymap, ...defaultKeymap]),
        extension,
      ],
    });
    views.push(beside);
    return beside;
  };
  return { view, text, replace, goTo, mark, compare, insert, openBeside };
}
