// What the console does in a frame: it tells the host application's page its height and what a person overrides, looks as
// that page wants it to look, and gets its tokens from there. It is loaded in frames only.

const host = window.parent;
// The origin of the host's page: that of its first answer. The policy of this document lets only pages of embedders be
// around it, so another one cannot answer. All later messages come from there and go there.
let origin = null;
let greet;
const greeted = new Promise((resolve) => (greet = resolve));

window.addEventListener("message", ({ source, origin: from, data }) => {
  if (source !== host || (origin && from !== origin)) return;
  if (data?.callsheet === "look") {
    origin ??= from;
    greet();
    dress(data);
  } else if (origin && data?.callsheet === "token" && typeof data.token === "string") {
    keep(data.token);
    finish?.(data.token);
  }
});

async function tell(message) {
  await greeted;
  host.postMessage(message, origin);
}

// Who is there is known when the host's page has answered this; until then it is told nothing.
host.postMessage({ callsheet: "ready" }, "*");
new ResizeObserver(() => tell({ callsheet: "height", height: document.body.getBoundingClientRect().height })).observe(document.body);

// Tokens

let keep = () => {};
// Has `kept` called with each token, also with those that the host's page gives before the last one expires.
export const onToken = (kept) => (keep = kept);

// A new token of the host's page; none if it gives none in time. Who asks meanwhile gets the same one.
let asked = null;
let finish = null;
export function askedToken() {
  asked ??= new Promise((resolve) => {
    finish = (given) => {
      clearTimeout(timer);
      asked = finish = null;
      resolve(given);
    };
    const timer = setTimeout(finish, 15000);
    tell({ callsheet: "token-wanted" });
  });
  return asked;
}

// Overrides

// Tells the host's page of a change, if it was one of an override: which event, of what, and what holds now. No titles.
export function changed({ path, body }) {
  const [, event, scope = "event"] = path.match(/^v1\/events\/([^/]+)\/(?:(series|meeting)\/)?override/) ?? [];
  if (event) tell({ callsheet: "override", event: decodeURIComponent(event), scope, override: body ? JSON.parse(body).override : null });
}

// Looks

const root = document.documentElement;
// What text of an accent needs on any of the console's grounds is 4.5; they differ from that of the page by a fifth.
const CONTRAST = 5.6;
const WHITE = [1, 1, 1];
const BLACK = [0, 0, 0];

let look = {};
function dress(wanted) {
  look = wanted ?? look;
  root.style.colorScheme = ["light", "dark"].includes(look.theme) ? look.theme : "";
  for (const name of ["--accent", "--on-accent"]) root.style.removeProperty(name);
  const accent = colour(look.accent);
  if (!accent) return;
  const { color, backgroundColor } = getComputedStyle(document.body);
  const [text, ground] = [colour(color), colour(backgroundColor)];
  // With as much of the text's colour as it takes to be read.
  const shades = Array.from({ length: 11 }, (_, tenth) => accent.map((part, place) => part + (text[place] - part) * (tenth / 10)));
  const shade = shades.find((one) => contrast(one, ground) >= CONTRAST) ?? text;
  const css = (parts) => `rgb(${parts.map((part) => Math.round(255 * part)).join(" ")})`;
  root.style.setProperty("--accent", css(shade));
  root.style.setProperty("--on-accent", css(contrast(shade, WHITE) > contrast(shade, BLACK) ? WHITE : BLACK));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dress());

// Red, green and blue of a colour of CSS, from 0 to 1; none if it is no opaque colour.
function colour(text) {
  const probe = document.createElement("span");
  if (typeof text === "string") probe.style.color = `color-mix(in srgb, ${text}, ${text})`;
  if (!probe.style.color) return null;
  document.body.append(probe);
  const parts = getComputedStyle(probe).color.match(/^color\(srgb (\S+) (\S+) (\S+)\)$/);
  probe.remove();
  return parts && parts.slice(1).map((part) => Math.min(Math.max(Number(part), 0), 1));
}

function contrast(one, other) {
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (parts) => 0.05 + [0.2126, 0.7152, 0.0722].reduce((sum, weight, place) => sum + weight * linear(parts[place]), 0);
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return high / low;
}
