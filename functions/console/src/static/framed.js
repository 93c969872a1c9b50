// What the console does in a frame: it tells the host application's page its height, and asks it for tokens. It is loaded
// in frames only.

const host = window.parent;

const height = () => document.body.getBoundingClientRect().height;
const tell = () => host.postMessage({ callsheet: "height", height: height() }, "*");
new ResizeObserver(tell).observe(document.body);

// A new token of the host's page; none if it gives none in time. Only pages that the console's policy lets frame it can
// be asked. Who asks meanwhile gets the same one.
let asked = null;
export function askedToken() {
  asked ??= new Promise((resolve) => {
    const heard = ({ source, data }) => {
      if (source === host && data?.callsheet === "token") finish(data.token);
    };
    const finish = (given) => {
      window.removeEventListener("message", heard);
      clearTimeout(timer);
      asked = null;
      resolve(given);
    };
    const timer = setTimeout(finish, 15000);
    window.addEventListener("message", heard);
    host.postMessage({ callsheet: "token-wanted" }, "*");
  });
  return asked;
}
