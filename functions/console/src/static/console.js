// The console in the browser. It loads fragments of HTML from the API into the shell, keeps them up
// to date, and sends what controls say by their attributes. It knows no page and decides nothing.

import { check, completed, copyOf, show } from "./parts.js";
import { stored } from "./stored.js";
import { shown as zoneOf } from "./zone.js";

const policy = window.trustedTypes?.createPolicy("callsheet", { createHTML: (text) => text });
const main = document.querySelector("#main");
const live = document.querySelector("#live");
const offline = document.querySelector("#offline");

// Seconds after a change at which the page looks whether the change has taken effect.
const LOOKS = [0.3, 0.6, 1, 1.5, 2, 3, 4, 5, 7, 9, 12, 15, 20, 25, 30, 40, 50, 60];
const MOST_SECONDS_BETWEEN = 120;
// Seconds after which a page is asked for again that could not be shown at all.
const FIRST_SECONDS = 2;

// What is only done in a frame of a host application.
const framed = window.parent === window ? null : import(new URL(main.dataset.framed, document.baseURI));
framed?.then(({ onToken }) => onToken(keep));
// The company's issuer, if people sign in at one. What that takes is in a module that is loaded when somebody does.
const issuer = framed ? null : document.querySelector("meta[name=sign-in]");
const signIn = async (step, given) => (await import(new URL(issuer.content, document.baseURI)))[step](issuer.dataset, given);

let token = stored("sessionStorage", "token");
let zone = null;
let home = null;
// The timer of a start that is tried again.
let starting;
// The page that is shown: its path, the newest answer's tag, and its parts as they were received.
let page = null;

// Requests

async function request(path, options = {}) {
  const response = await send(path, options);
  return isExpired(response) && (await renewed()) ? send(path, options) : response;
}

async function send(path, { method = "GET", body, headers = {}, signal }) {
  const url = new URL(path, document.baseURI);
  if (zone) url.searchParams.set("zone", zone);
  if (body) headers = { "Content-Type": "application/json", ...headers };
  headers = { ...headers, Accept: "text/html", Authorization: `Bearer ${token}` };
  return fetch(url, { method, body, headers, signal, cache: "no-store", redirect: "error" });
}

// An answer and its element; nothing without a connection.
async function ask(path, options) {
  try {
    const response = await request(path, options);
    return { response, element: await fragment(response) };
  } catch {
    if (!options?.signal?.aborted) offline.hidden = false;
  }
}

// The element of an answer. Only answers of the API become HTML, and the API escapes. Others are API Gateway's own.
async function fragment(response) {
  if (!response.headers.get("Content-Type")?.startsWith("text/html")) return copyOf("no-answer");
  const text = await response.text();
  const html = policy ? policy.createHTML(text) : text;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return parsed.body.firstElementChild ?? document.createElement("div");
}

const isExpired = (response) => response.status === 401;
const isBusy = (response) => response.status === 429 || response.status >= 500;
// Milliseconds until a request is made again: those that the answer names, or twice as many after each failure.
const delay = (response, seconds, failures) =>
  1000 * (Number(response?.headers.get("Retry-After")) || Math.min(seconds * 2 ** failures, MOST_SECONDS_BETWEEN));
const say = (words) => (live.textContent = words);

function showTemplate(id) {
  const section = copyOf(id);
  stop();
  main.replaceChildren(section);
  document.title = `${section.dataset.title} · Callsheet`;
  section.querySelector("h1").focus();
}

// Pages

async function navigate() {
  const path = location.hash.startsWith("#/") ? location.hash.slice(1) : home;
  if (!path) return showTemplate("no-home");
  stop();
  page = { path, find: null, tag: null, parts: new Map(), failures: 0, timer: 0, sent: 0, shown: 0 };
  markCurrent();
  await refresh();
  window.scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
}

// Shows the page anew, all of it, with its times in another zone.
function showIn(chosen) {
  zone = chosen;
  if (page) page = { ...page, tag: null, parts: new Map() };
  refresh();
}

function stop() {
  if (page) clearTimeout(page.timer);
  page = null;
}

// Asks for the page again, and shows what has changed. Returns whether there was an answer.
async function refresh() {
  const asked = page;
  if (!asked) return;
  clearTimeout(asked.timer);
  const number = ++asked.sent;
  let response;
  try {
    const url = new URL(`v1${asked.path}`, document.baseURI);
    // Another text is found from the begin of the list on.
    for (const name of asked.find === null ? [] : ["q", "cursor"]) url.searchParams.delete(name);
    if (asked.find) url.searchParams.set("q", asked.find);
    const headers = asked.tag ? { "If-None-Match": asked.tag } : {};
    response = await request(url, { headers });
    if (page !== asked) return;
    if (isExpired(response)) return showTemplate("expired");
    asked.failures = isBusy(response) ? asked.failures + 1 : 0;
    offline.hidden = true;
    if (response.status !== 304 && !(isBusy(response) && asked.tag)) {
      const fresh = completed(await fragment(response));
      // An answer that was overtaken by a later one shows an older state.
      if (page !== asked || number < asked.shown) return;
      asked.shown = number;
      asked.tag = response.ok ? response.headers.get("ETag") : null;
      display(asked, fresh);
    }
  } catch {
    if (page !== asked) return;
    asked.failures += 1;
    offline.hidden = false;
  }
  const usual = Number(main.firstElementChild?.dataset.every ?? (asked.failures ? FIRST_SECONDS : 20));
  clearTimeout(asked.timer);
  if (!document.hidden) asked.timer = setTimeout(refresh, delay(response, usual, asked.failures));
}

// Shows what has changed.
function display(asked, fresh) {
  asked.parts = show(main, asked.parts, fresh, load);
  if (fresh.dataset.title) document.title = `${fresh.dataset.title} · Callsheet`;
  if (fresh.querySelector("[data-playground]")) tryPolicies(fresh);
}

// The page of the active policy has a script of its own.
async function tryPolicies(fresh) {
  const { shown } = await import(new URL(main.dataset.policy, document.baseURI));
  const place = main.querySelector("[data-playground]");
  if (place) shown(place, fresh.querySelector("[data-playground]"), { ask, say, refresh });
}

// What an opened element shows. It stays as it is, unless there is something else to show.
async function load(details) {
  const { src, tag } = details.dataset;
  const asked = await ask(src, { headers: tag ? { "If-None-Match": tag } : {} });
  if (!asked || asked.response.status === 304) return;
  details.dataset.tag = asked.response.headers.get("ETag") ?? "";
  details.querySelector(".loaded").replaceChildren(asked.element);
}

// Changes

// Sends a change, says what was saved, and follows it until it has taken effect.
async function change(element, { path, method, body, headers }, undo) {
  const row = element.closest("[data-row]");
  const message = row.querySelector("[data-message]");
  const began = performance.now();
  const asked = await ask(path, { method, body, headers });
  if (!asked) return false;
  const { response, element: saved } = asked;
  if (isExpired(response)) return void showTemplate("expired");
  message.replaceChildren(saved);
  say(saved.textContent);
  const button = saved.querySelector("[data-undo]");
  if (button && undo) {
    button.hidden = false;
    button.addEventListener("click", undo);
  }
  if (response.ok) {
    framed?.then(({ changed }) => changed({ path, body }));
    follow(row, saved, began);
  }
  return response.ok;
}

// A later change in the same place replaces what was saved, and is followed itself. If the whole page was replaced, as
// by a pause, nothing has a place for the words any more, but its states are still to come.
async function follow(row, saved, began) {
  const [asked, message] = [page, saved.parentElement];
  for (const look of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, began + look * 1000 - performance.now()));
    if (page !== asked || (message.isConnected && !saved.isConnected)) return;
    await refresh();
    const shown = row.id ? document.getElementById(row.id) : main.querySelector("[data-row]");
    if (page !== asked || !shown?.querySelector(".state")) return;
    if (!shown.querySelector("[data-unsettled]")) return finish(saved, saved.dataset.done, began);
  }
  finish(saved, saved.dataset.late, began);
}

function finish(saved, text, began) {
  if (!text) return;
  const words = text.replace("{seconds}", ((performance.now() - began) / 1000).toFixed(1));
  saved.firstChild.textContent = `${words} `;
  say(words);
}

async function choose(control, value) {
  const before = control.dataset.value;
  if (value === before) return;
  check(control, value);
  const body = value === "policy" ? undefined : JSON.stringify({ override: value });
  const write = { path: control.dataset.write, method: body ? "PUT" : "DELETE", body };
  const key = CSS.escape(control.dataset.key);
  const undo = () => choose(main.querySelector(`[data-key="${key}"]`) ?? control, before);
  if (!(await change(control, write, undo))) check(control, before);
}

// Events of the browser

main.addEventListener("change", (event) => {
  const control = event.target.closest("[data-write]");
  if (control) choose(control, event.target.value);
});

main.addEventListener("click", async (event) => {
  if (event.target.closest("[data-sign-in]")) return signIn("begin");
  const button = event.target.closest("button[data-method]");
  if (!button || (button.form && !button.form.reportValidity())) return;
  const { path, method, body } = button.dataset;
  // What the change depends on is what the page shows.
  const match = button.closest("[data-row]").querySelector("[data-match]")?.dataset.match;
  button.closest("details")?.removeAttribute("open");
  const isDone = await change(button, { path, method, body, headers: match ? { "If-Match": match } : {} });
  if (!isDone && !match) return;
  // A part with the focus would stay as it was.
  button.blur();
  await refresh();
  if (isDone) main.querySelector("h1")?.focus({ preventScroll: true });
});

main.addEventListener("submit", (event) => event.preventDefault());

let typing = 0;
main.addEventListener("input", (event) => {
  if (!event.target.closest("[data-find]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = event.target.value.trim();
    if (page) Object.assign(page, { find: text, tag: null });
    refresh();
  }, 250);
});

// `toggle` does not bubble.
main.addEventListener("toggle", ({ target }) => target.open && target.dataset.src && load(target), true);

document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(page?.timer) : refresh()));
window.addEventListener("online", () => (starting ? start() : refresh()));
window.addEventListener("hashchange", () => (takeToken() ? start() : navigate()));

// Access

function keep(given) {
  token = stored("sessionStorage", "token", given);
}

// Whether there is a new token: of the host's page, or of a person who signed in and does so again.
async function renewed() {
  const given = framed ? await (await framed).askedToken() : issuer && token && (await signIn("again", token));
  if (given) keep(given);
  return Boolean(given);
}

// Takes the token out of the address, so that it is in no history. Whether there was one.
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.get("token")) return false;
  keep(given.get("token"));
  const path = given.get("page") ?? "";
  history.replaceState(null, "", `${location.pathname}${location.search}${path && `#${path}`}`);
  return true;
}

function markCurrent() {
  const isCurrent = (link) => link.getAttribute("href").slice(1).split("?")[0] === page.path.split("?")[0];
  for (const link of document.querySelectorAll("#header nav a")) link.ariaCurrent = isCurrent(link) ? "page" : null;
}

async function start(failures = 0) {
  const again = (response) => (starting = setTimeout(start, delay(response, FIRST_SECONDS, failures), failures + 1));
  starting = void clearTimeout(starting);
  // The page of a tab that is open is not asked for by another person's token.
  stop();
  try {
    if (issuer && location.search) {
      if (await signIn("returned", showTemplate)) return;
      token = stored("sessionStorage", "token");
    }
    if (!token && !(await renewed())) return showTemplate("no-token");
    const response = await request("v1/me");
    if (isExpired(response)) return showTemplate("expired");
    const top = await fragment(response);
    if (!response.ok) main.replaceChildren(top);
    if (isBusy(response)) again(response);
    if (!response.ok) return;
    document.querySelector("#header").replaceChildren(top);
    home = top.dataset.home ?? null;
    zone = zoneOf(top, showIn);
    await navigate();
  } catch {
    offline.hidden = false;
    again();
  }
}

takeToken();
start();
