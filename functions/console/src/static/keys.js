// Keys that lead through the rows of a page and decide about the row with the focus. They do nothing while a person types,
// and can be switched off: a person who speaks to the computer may say such a letter. Escape closes a menu in any case.

import { stored } from "./stored.js";

const STORED = "callsheet-keys";
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  y: () => decide("record"),
  n: () => decide("skip"),
  p: () => decide("policy"),
  "?": help,
};
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog";

const dialog = document.querySelector("#keys");
const box = dialog.querySelector("input");
// It is there for people who have pages with rows.
const button = () => document.querySelector("#header [data-keys]");
box.checked = stored("localStorage", STORED) !== "off";

document.addEventListener("keydown", (event) => {
  const act = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
  const isCommand = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (!act || !box.checked || !button() || isCommand || event.target.closest(TYPING)) return;
  event.preventDefault();
  act();
});

box.addEventListener("change", () => stored("localStorage", STORED, box.checked ? "on" : "off"));
dialog.querySelector("button").addEventListener("click", () => dialog.close());
document.querySelector("#header").addEventListener("click", (event) => event.target.closest("[data-keys]") && help());

// Shows the keys that do something for this person: who only reads has nothing to decide.
function help() {
  for (const row of dialog.querySelectorAll("[data-decides]")) row.hidden = button().dataset.keys !== "decide";
  dialog.showModal();
}

const rowWithFocus = () => document.activeElement.closest("#main .row");

// Gives the focus to the row that is so many rows further; to the first or the last one, if no row has it. Rows without
// anything to use are passed over.
function move(step) {
  const target = (row) => row.querySelector("a, input:checked, button");
  const rows = [...document.querySelectorAll("#main .row")].filter(target);
  const here = rows.indexOf(rowWithFocus());
  const next = here < 0 ? rows.at(step > 0 ? 0 : -1) : rows[here + step];
  if (next) target(next).focus();
}

// Decides by the control with the focus, or by that of the event of the row, or by that of the page of one event.
function decide(value) {
  const place = rowWithFocus() ?? document.querySelector("#main .event");
  const controls = [...(place?.querySelectorAll("[data-write]") ?? [])];
  const control = document.activeElement.closest("[data-write]") ?? controls.find((one) => !one.closest("details"));
  control?.querySelector(`[value=${value}]`).click();
}

// A menu closes as soon as something else is used, or by Escape.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = menu.contains(event.target);
});
