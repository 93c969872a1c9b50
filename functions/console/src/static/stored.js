// What is kept in this browser (`localStorage`), or in this tab alone (`sessionStorage`). A browser may forbid to store
// anything, as in a frame: then a value lives as long as the page.
export function stored(place, name, given) {
  try {
    if (given) window[place].setItem(name, given);
    return window[place].getItem(name);
  } catch {
    return given ?? null;
  }
}
