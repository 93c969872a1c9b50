// Shows the console in a page of a host application:
//   <script src="https://console.example/embed.js" defer></script>
//   <callsheet-console token-url="/callsheet/token"></callsheet-console>
// The host's server signs access tokens. Its page fetches one, with its own cookies, when the element
// appears and whenever the console in the frame needs another.
{
  const loadedFrom = document.currentScript?.src ?? document.baseURI;

  class CallsheetConsole extends HTMLElement {
    #frame = null;
    #console = null;
    #heard = (event) => this.#hear(event);

    async connectedCallback() {
      this.#console = new URL(this.getAttribute("src") ?? ".", loadedFrom);
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("label") ?? "Which meetings are recorded";
      frame.referrerPolicy = "no-referrer";
      Object.assign(frame.style, { display: "block", width: "100%", height: "40rem", border: "0" });
      this.#frame = frame;
      window.addEventListener("message", this.#heard);
      const token = await this.#token();
      if (!token || this.#frame !== frame) return;
      const page = this.getAttribute("page");
      frame.src = `${this.#console}#${new URLSearchParams(page ? { token, page } : { token })}`;
      this.replaceChildren(frame);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.#heard);
      this.#frame = null;
    }

    // A message of the console in the frame, and of nobody else.
    async #hear({ source, origin, data }) {
      const frame = this.#frame;
      if (!frame || source !== frame.contentWindow || origin !== this.#console.origin) return;
      if (data?.callsheet === "height" && data.height > 0) frame.style.height = `${Math.ceil(data.height)}px`;
      if (data?.callsheet !== "token-wanted") return;
      const token = await this.#token();
      if (token) source.postMessage({ callsheet: "token", token }, origin);
    }

    // A token from the host's server. Without one the page of the host is told why.
    async #token() {
      try {
        const answer = await fetch(this.getAttribute("token-url"), { headers: { Accept: "application/json" }, cache: "no-store" });
        if (!answer.ok) throw new Error(`the token's address answered ${answer.status}`);
        return (await answer.json()).token;
      } catch (error) {
        this.dispatchEvent(new CustomEvent("callsheet-error", { bubbles: true, detail: error }));
        return null;
      }
    }
  }

  if (!customElements.get("callsheet-console")) customElements.define("callsheet-console", CallsheetConsole);
}
