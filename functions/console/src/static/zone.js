// The time zone of all times: that of the token, otherwise the last one that a person chose in this browser, otherwise the
// browser's own. It is chosen in the header of every page.

import { stored } from "./stored.js";

const STORED = "callsheet-zone";
// Some browsers still have the names that these places had.
const RENAMED = { Calcutta: "Kolkata", Katmandu: "Kathmandu", Kiev: "Kyiv", Rangoon: "Yangon", Saigon: "Ho_Chi_Minh" };

// The zone to begin with. `choose` gets each other one.
export function shown(header, choose) {
  const select = header.querySelector("[data-zones]");
  const zone = header.dataset.zone ?? stored("localStorage", STORED) ?? own();
  const names = new Set([...(Intl.supportedValuesOf?.("timeZone") ?? []).map(renamed), "UTC", own(), zone]);
  select.replaceChildren(...[...names].sort().map((name) => new Option(name, name, false, name === zone)));
  select.addEventListener("change", () => {
    stored("localStorage", STORED, select.value);
    choose(select.value);
  });
  return zone;
}

// Some systems say that they do not know theirs.
function own() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return !timeZone || timeZone === "Etc/Unknown" ? "UTC" : renamed(timeZone);
}

function renamed(name) {
  const [area, place] = name.split("/");
  return Object.hasOwn(RENAMED, place) ? `${area}/${RENAMED[place]}` : name;
}
