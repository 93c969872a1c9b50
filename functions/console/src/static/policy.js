// The playground on the page of the active policy: checks the text while it is typed, previews it in one calendar after
// the other, and pushes it over the policy that was read. It is loaded on this page only.

const YAML = { "Content-Type": "application/yaml" };
// Milliseconds without a key after which the text is checked.
const PAUSE = 400;

// What was typed and not pushed, and the tag of the policy that it began from. It outlives the page, as when a token expires.
let draft = null;

const playgrounds = new WeakMap();

// Takes the playground of an answer: the first one is shown and starts, a later one tells it of another policy.
export function shown(place, fresh, tools) {
  const overtaken = playgrounds.get(place);
  if (overtaken) overtaken(fresh);
  else playgrounds.set(place, start(place, tools));
}

function start(place, { ask, say, refresh }) {
  const find = (selector) => place.querySelector(selector);
  const [text, lint, message, dialog] = ["textarea", "[data-lint]", "[data-message]", "dialog"].map(find);
  const isChanged = () => text.value !== text.defaultValue;
  let typing = 0;
  let searching = 0;
  let lints = 0;
  let stopped = null;

  // The text, and its check

  function mark() {
    const problems = [...lint.querySelectorAll('[data-marked="true"]')];
    const marked = new Set(problems.map((problem) => Number(problem.dataset.line)));
    const lines = text.value.split("\n").map((_, number) => {
      const line = document.createElement("li");
      line.classList.toggle("marked", marked.has(number + 1));
      return line;
    });
    find("[data-lines]").replaceChildren(...lines);
    text.rows = lines.length + 1;
    text.setAttribute("aria-invalid", String(Boolean(lint.querySelector("[data-problems]:not([data-problems='0'])"))));
  }

  async function check(isSilent = false) {
    const number = ++lints;
    const asked = await ask("v1/policies/lint", { method: "POST", body: text.value, headers: YAML });
    // An answer that was overtaken is about another text.
    if (!asked || number !== lints) return;
    lint.replaceChildren(asked.element);
    mark();
    if (!isSilent) say(asked.element.dataset.said ?? asked.element.textContent);
  }

  function changed() {
    draft = isChanged() ? { text: text.value, match: place.dataset.match } : null;
    find("[data-discard]").hidden = !isChanged();
    find("[data-old]")?.removeAttribute("hidden");
    mark();
    lints += 1;
    clearTimeout(typing);
    typing = setTimeout(() => check(), PAUSE);
  }

  function goTo({ line, column }) {
    const before = text.value.split("\n").slice(0, line - 1);
    const at = before.join("\n").length + (before.length && 1) + Math.max((column ?? 1) - 1, 0);
    text.focus();
    text.setSelectionRange(at, at);
  }

  // Another policy became active, whether by this page or not. A text that nobody has touched becomes the new one.
  function overtaken(fresh) {
    if (fresh.dataset.match === place.dataset.match) return;
    const isOther = isChanged();
    find("[data-overtaken]").hidden = !isOther;
    if (isOther) return;
    place.dataset.match = fresh.dataset.match;
    text.value = text.defaultValue = fresh.querySelector("textarea").value;
    lint.replaceChildren(fresh.querySelector("[data-lint]").firstElementChild);
    mark();
  }

  // Preview

  async function preview() {
    const [progress, results] = [find("[data-progress]"), find("[data-results]")];
    const chosen = [...place.querySelectorAll("[name=calendar]:checked")];
    const words = (name, values) => progress.dataset[name].replace(/\{(\w+)\}/g, (_, value) => values[value]);
    if (chosen.length === 0) return say((progress.textContent = words("none", {})));
    const { signal } = (stopped = new AbortController());
    const [count, totals] = [chosen.length, { gains: 0, loses: 0, changes: 0, keeps: 0 }];
    const add = (from) => {
      for (const name of Object.keys(totals)) {
        totals[name] += Number(from?.[name] ?? 0);
        find(`[data-total=${name}]`).textContent = totals[name];
      }
    };
    clearTimeout(typing);
    check(true);
    find("[data-previewed]").replaceChildren();
    add();
    toggle(true);
    const body = text.value;
    let number = 0;
    while (number < count && !signal.aborted) {
      const { value, dataset } = chosen[number];
      progress.textContent = words("of", { number: number + 1, count, name: dataset.name });
      const path = `v1/calendars/${encodeURIComponent(value)}/preview`;
      const asked = await ask(path, { method: "POST", body, headers: YAML, signal });
      if (!asked || signal.aborted || !place.isConnected) break;
      const { response, element } = asked;
      const seconds = Number(response.headers.get("Retry-After")) || 30;
      if (response.status === 429) {
        progress.textContent = words("waits", { seconds });
        await pause(seconds, signal);
        continue;
      }
      results.hidden = false;
      find("[data-old]").hidden = text.value === body;
      find("[data-previewed]").append(element);
      add(element.dataset);
      // What is wrong with the text or the token is wrong for every calendar.
      if ([401, 413, 422].includes(response.status)) break;
      number += 1;
    }
    toggle(false);
    progress.textContent = words(number === count ? "done" : "stopped", { number, count, ...totals });
    say(progress.textContent);
  }

  // The calendars that fit, after those that are chosen.
  async function search(words) {
    const asked = await ask(words ? `v1/policy?${new URLSearchParams({ q: words })}` : "v1/policy");
    const found = asked?.response.ok && asked.element.querySelector("[data-choices]");
    if (!found || words !== find("[data-search]").value.trim()) return;
    const chosen = [...place.querySelectorAll("[name=calendar]:checked")].map((box) => box.closest("label"));
    const known = new Set(chosen.map((label) => label.querySelector("input").value));
    const labels = [...found.querySelectorAll("label")].filter((label) => !known.has(label.querySelector("input").value));
    for (const label of labels) label.querySelector("input").checked = false;
    find("[data-choices]").replaceChildren(found.querySelector("legend"), ...chosen, ...labels);
  }

  function pause(seconds, signal) {
    return new Promise((resolve) => {
      setTimeout(resolve, seconds * 1000);
      signal.addEventListener("abort", resolve);
    });
  }

  function toggle(isRunning) {
    const [start, stop] = [find("[data-start]"), find("[data-stop]")];
    const hadFocus = [start, stop].includes(document.activeElement);
    start.hidden = isRunning;
    stop.hidden = !isRunning;
    if (hadFocus) (isRunning ? stop : start).focus();
  }

  // Push

  async function push() {
    const note = find("#note").value.trim() || null;
    const sent = text.value;
    const body = JSON.stringify({ document: sent, note });
    const asked = await ask("v1/policy", { method: "PUT", body, headers: { "If-Match": place.dataset.match } });
    if (!asked) return;
    const { response, element } = asked;
    message.replaceChildren(element);
    if (response.status === 412) await compare();
    if (!response.ok) return;
    draft = null;
    find("#note").value = "";
    place.dataset.match = response.headers.get("ETag");
    text.defaultValue = sent;
    // It may have been typed on meanwhile.
    changed();
    find("[data-overtaken]").hidden = true;
    await refresh();
  }

  // Shows the policy that is active now, over which the text is pushed only after that.
  async function compare() {
    const asked = await ask("v1/policy");
    const newest = asked?.response.ok && asked.element.querySelector("[data-playground]");
    if (!newest) return;
    const shown = find("[data-newest]").content.firstElementChild.cloneNode(true);
    shown.querySelector("code").textContent = newest.querySelector("textarea").value;
    shown.querySelector("[data-over]").addEventListener("click", () => {
      place.dataset.match = newest.dataset.match;
      find("[data-overtaken]").hidden = true;
      dialog.showModal();
    });
    message.append(shown);
  }

  // Events of the browser

  text.addEventListener("input", changed);
  find("[data-search]")?.addEventListener("input", ({ target }) => {
    clearTimeout(searching);
    searching = setTimeout(() => search(target.value.trim()), PAUSE);
  });
  dialog.addEventListener("submit", () => {
    dialog.close();
    push();
  });
  place.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const has = (name) => name in button.dataset;
    if (has("line")) goTo(button.dataset);
    if (has("push")) dialog.showModal();
    if (has("cancel")) dialog.close();
    if (has("start")) preview();
    if (has("stop")) stopped.abort();
    if (has("all")) for (const box of place.querySelectorAll("[name=calendar]")) box.checked = true;
    if (has("discard")) {
      text.value = text.defaultValue;
      changed();
      text.focus();
    }
  });

  mark();
  if (draft) {
    text.value = draft.text;
    place.dataset.match = draft.match;
    changed();
  }
  return overtaken;
}
