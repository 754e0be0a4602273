// In place of @codemirror/lang-html, which brings the grammars of HTML, CSS and JavaScript: modules have no HTML.
import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const plain = StreamLanguage.define({ token: (stream) => void stream.skipToEnd() });

export const html = () => new LanguageSupport(plain);
export const htmlCompletionSource = () => null;
