// Writes lms/web/static/editor.js and its licences from what package-lock.json names. `make editor` runs it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const TARGET = "../../lms/web/static";
const inputs = readdirSync(".").filter((name) => /\.(js|json)$/.test(name)).sort();
const digest = createHash("sha256");
for (const name of inputs) digest.update(`${name}\n`).update(readFileSync(name));

const { outputFiles, metafile } = await build({
  entryPoints: ["editor.js"],
  alias: { "@codemirror/lang-html": "./no-html.js" },
  bundle: true, minify: true, format: "esm", target: "es2021", charset: "utf8", legalComments: "none", metafile: true, write: false,
});
const used = new Set(Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
const locked = JSON.parse(readFileSync("package-lock.json")).packages;
const names = [...used].sort();
const named = (name) => `${name} ${locked[`node_modules/${name}`].version}`;
const licences = new Map();
for (const name of names) {
  const words = readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim();
  licences.set(words, [...(licences.get(words) ?? []), named(name)]);
}
const head = `// ${names.map(named).join(", ")}. Licences: LICENSE-editor.txt. Inputs: sha256 ${digest.digest("hex")}\n`;
writeFileSync(`${TARGET}/editor.js`, head + outputFiles[0].text);
writeFileSync(`${TARGET}/LICENSE-editor.txt`, [...licences].map(([words, of]) => `${of.join(", ")}\n\n${words}\n`).join("\n\n"));
