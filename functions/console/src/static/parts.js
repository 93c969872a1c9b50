// The parts of a page: completes the rows of a list, and shows what has changed.
//
// What all rows have alike, and what follows from a row's id, is not sent with each of them. It is in templates of the
// shell, in which {id} stands for the id of the row's event, and {name} for what a person calls it.

export const copyOf = (id) => document.querySelector(`#${id}`).content.firstElementChild.cloneNode(true);

// The same fragment with complete rows, if it is a list of events.
export function completed(fragment) {
  const { rows, parts } = fragment.dataset;
  if (rows !== undefined) for (const row of fragment.querySelectorAll(".row")) complete(row, rows, parts);
  return fragment;
}

function complete(row, template, selector) {
  const id = row.id.replace("row-", "");
  const [link, what] = [row.querySelector("a"), row.querySelector(".what")];
  const parts = selector ? row.querySelectorAll(selector) : [row];
  parts.forEach((part, number) => (part.dataset.key = `${number}-${id}`));
  link.id = `link-${id}`;
  if (!template) return;
  row.dataset.row = "";
  const named = [link, row.closest(".day").querySelector(".date"), row.querySelector("time")];
  const values = { id, name: named.map((one) => one.textContent).join(", ") };
  what.append(...filled(template, values).children);
  const { event, series } = row.dataset;
  if (series) what.querySelector(".more").append(withChoice(filled("each-series", values), series));
  if (event) row.append(withChoice(filled("each-event", values), event));
}

function filled(template, values) {
  const copy = copyOf(template);
  const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const attribute of element.attributes) attribute.value = fill(attribute.value);
    if (element.nodeName === "LEGEND") element.textContent = fill(element.textContent);
  }
  return copy;
}

function withChoice(place, value) {
  check(place.matches("[data-write]") ? place : place.querySelector("[data-write]"), value);
  return place;
}

// Lets a control say what is chosen.
export function check(control, value) {
  control.dataset.value = value;
  for (const input of control.querySelectorAll("input")) input.checked = input.value === value;
}

// Replaces the parts of a page that differ from what was received before, and returns what is received now. If the parts
// are others, replaces everything. `reload` gets each open element whose content was loaded, if something beside it changed.
export function show(main, before, fresh, reload) {
  const parts = [...fresh.querySelectorAll("[data-key]")];
  const received = new Map(parts.map((part) => [part.dataset.key, part.outerHTML]));
  const isSame = [...received.keys()].join("\n") === [...before.keys()].join("\n");
  if (!isSame || before.size === 0) {
    replaceAll(main, fresh);
    return received;
  }
  const opened = new Set();
  for (const part of parts) {
    const { key } = part.dataset;
    const shown = main.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!shown || before.get(key) === received.get(key)) continue;
    const row = shown.closest("[data-row]");
    const beside = [...(row?.querySelectorAll("details[open][data-src]") ?? [])];
    for (const details of beside) if (details.closest("[data-row]") === row) opened.add(details);
    // What could not be shown differs again the next time.
    if (!become(shown, part)) received.set(key, before.get(key));
  }
  opened.forEach(reload);
  return received;
}

// Makes an element on the page like a fresh one. That with the focus stays, and only what it says changes. Whether it could
// be done.
function become(shown, fresh) {
  const active = document.activeElement;
  if (!shown.contains(active)) {
    shown.replaceWith(fresh);
    return true;
  }
  if (fresh.dataset.write) {
    check(shown, fresh.dataset.value);
    return true;
  }
  const [old, next] = [[...shown.children], [...fresh.children]];
  const isAlike = old.length === next.length && old.every((one, number) => one.nodeName === next[number].nodeName);
  if (shown !== active && !isAlike) return false;
  for (const name of shown.getAttributeNames()) if (!fresh.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of fresh.attributes) shown.setAttribute(name, value);
  if (shown !== active) return old.map((one, number) => become(one, next[number])).every(Boolean);
  shown.replaceChildren(...fresh.childNodes);
  return true;
}

// Replaces everything, and brings focus, opened details and what is looked for back.
function replaceAll(main, fresh) {
  const active = main.contains(document.activeElement) && document.activeElement;
  const opened = [...main.querySelectorAll("details[open][id]")].map((details) => details.id);
  const typed = main.querySelector("[data-find] input")?.value;
  main.replaceChildren(fresh);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  const find = main.querySelector("[data-find] input");
  if (find && typed !== undefined) find.value = typed;
  if (active) (again(main, active) ?? main.querySelector("h1"))?.focus({ preventScroll: true });
}

// The element of a page that had the focus: that of the same id, or the link to the same place.
function again(main, { id, attributes }) {
  const href = attributes.href?.value;
  return (id && document.getElementById(id)) || (href && main.querySelector(`a[href="${CSS.escape(href)}"]`)) || null;
}
