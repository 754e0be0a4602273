// Checks the signed code of a certificate on this device: the page that is stored for it when there is no network.
// How a code is written: lms/certification/signing/rules.py.

const { worker, scope, ed25519 } = document.querySelector("[data-verifier]").dataset;
navigator.serviceWorker?.register(worker, { scope });
navigator.serviceWorker?.ready.then(() => {
  for (const words of document.querySelectorAll("[data-works-offline]")) words.hidden = false;
});

// Browsers before 2025 do not know Ed25519: they store a library for it.
async function prepare() {
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    const store = await caches.open("verify");
    if (!(await store.match(ed25519))) await store.add(ed25519);
  }
}
if (navigator.onLine && "caches" in window) prepare().catch(() => {});

const CONTEXT = "Every Sector certificate 1\n";
const VERSION = 1;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DAY = 86_400_000;

function bytesOf(number) {
  const hex = number.toString(16);
  return Uint8Array.from(hex.padStart(hex.length + (hex.length % 2), "0").match(/../g), (pair) => parseInt(pair, 16));
}

// An Ed25519 key in the form of Multikey: "z", base58, two bytes that name the kind of key.
function keyBytes(multikey) {
  let number = 0n;
  for (const letter of multikey.slice(1)) number = number * 58n + BigInt(BASE58.indexOf(letter));
  return bytesOf(number).slice(2);
}

async function isSigned(key, signature, message) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch {
    return (await import(ed25519)).verifyAsync(signature, message, key).catch(() => false);
  }
}

async function isListed(list, index) {
  const packed = Uint8Array.from(atob(list.credentialSubject.encodedList.slice(1).replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const bits = new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  if (index >= bits.length * 8) throw new RangeError("the list is older than the certificate");
  return Boolean(bits[index >> 3] & (0x80 >> (index & 7)));
}

// Returns what is known of a code: a word for the outcome, what it says, and since when revocations are not known.
async function check(serial, code, addresses) {
  if (!/^\d{160,}$/.test(code)) return { outcome: "no-code" };
  const bytes = bytesOf(BigInt(code));
  if (bytes[0] !== VERSION) return { outcome: "unreadable" };
  const id = Array.from(bytes.slice(1, 5), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const issuer = await (await fetch(addresses.keys)).json();
  const method = issuer.verificationMethod.find((each) => each.id.endsWith(`#key-${id}`));
  if (!method) return { outcome: "unknown-key" };
  const body = bytes.slice(69);
  const head = new TextEncoder().encode(CONTEXT + serial);
  const message = new Uint8Array([...head, ...body]);
  if (!(await isSigned(keyBytes(method.publicKeyMultibase), bytes.slice(5, 69), message))) return { outcome: "altered" };
  const [name, course, first, last, index] = JSON.parse(new TextDecoder().decode(body));
  const said = { name, course, first: new Date(first * DAY), last: new Date(last * DAY) };
  const now = new Date();
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY;
  let outcome = today > last ? "expired" : "valid";
  try {
    const list = await (await fetch(addresses.status)).json();
    said.asOf = new Date(list.validFrom);
    if (await isListed(list, index)) outcome = "revoked";
  } catch {
    said.asOf = undefined;
  }
  return { outcome, said };
}

async function show(page) {
  const written = decodeURIComponent(location.pathname.split("/").pop());
  const serial = written.replace(/[\s-]/g, "").toUpperCase();
  let result;
  try {
    result = await check(serial, location.hash.slice(1), page.dataset);
  } catch {
    result = { outcome: "not-stored" };
  }
  const { outcome, said } = result;
  const { lang } = document.documentElement;
  const language = lang === "en" ? "en-GB" : lang; // Days as on all other pages.
  const long = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  for (const part of page.querySelectorAll("[data-outcome]")) part.hidden = part.dataset.outcome !== outcome;
  for (const part of page.querySelectorAll("[data-with-said]")) part.hidden = !said;
  for (const part of page.querySelectorAll("[data-status]")) part.hidden = !said || outcome === "revoked" || (part.dataset.status === "known") !== Boolean(said.asOf);
  page.querySelector("[data-checking]").hidden = true;
  const words = said && { ...said, first: long.format(said.first), last: long.format(said.last), asOf: said.asOf && moment.format(said.asOf), serial: written };
  for (const part of page.querySelectorAll("[data-say]")) part.textContent = words?.[part.dataset.say] ?? "";
  page.dataset.shown = outcome;
}

const page = document.querySelector("[data-check-code]");
if (page) {
  show(page);
  addEventListener("hashchange", () => show(page));
}
