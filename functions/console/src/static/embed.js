// Shows the console in a page of a host application:
//   <script src="https://console.example/embed.js" defer></script>
//   <callsheet-console token-url="/callsheet/token"></callsheet-console>
// The host's server signs access tokens. Its page fetches one, with its own cookies, when the element appears, before the
// last one expires, and whenever the console in the frame needs another.
{
  const loadedFrom = document.currentScript?.src ?? document.baseURI;
  // Of a token's life, after which the next one is fetched.
  const RENEWED_AT = 0.8;

  class CallsheetConsole extends HTMLElement {
    static observedAttributes = ["theme", "accent"];

    #frame = null;
    #console = null;
    #isReady = false;
    #renewal = 0;
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
      const page = this.#page();
      frame.src = `${this.#console}#${new URLSearchParams(page ? { token, page } : { token })}`;
      this.replaceChildren(frame);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.#heard);
      clearTimeout(this.#renewal);
      this.#frame = null;
      this.#isReady = false;
    }

    attributeChangedCallback() {
      if (this.#isReady) this.#send({ callsheet: "look", theme: this.getAttribute("theme"), accent: this.getAttribute("accent") });
    }

    // The page to begin with: one that is named, or that of an event, or the agenda of a calendar.
    #page() {
      const [event, calendar] = ["event", "calendar"].map((name) => encodeURIComponent(this.getAttribute(name) ?? ""));
      return this.getAttribute("page") ?? (event ? `/events/${event}` : calendar && `/calendars/${calendar}/agenda`);
    }

    #send(message) {
      this.#frame?.contentWindow.postMessage(message, this.#console.origin);
    }

    // A message of the console in the frame, and of nobody else.
    async #hear({ source, origin, data }) {
      const frame = this.#frame;
      if (!source || source !== frame?.contentWindow || origin !== this.#console.origin) return;
      if (data?.callsheet === "ready") {
        this.#isReady = true;
        this.attributeChangedCallback();
      }
      if (data?.callsheet === "height" && data.height > 0) frame.style.height = `${Math.ceil(data.height)}px`;
      if (data?.callsheet === "override") {
        const { event, scope, override } = data;
        this.dispatchEvent(new CustomEvent("callsheet:override", { bubbles: true, detail: { event, scope, override } }));
      }
      if (data?.callsheet === "token-wanted") await this.#renew();
    }

    async #renew() {
      const token = await this.#token();
      if (token && this.#isReady) this.#send({ callsheet: "token", token });
    }

    // A token from the host's server. Without one the page of the host is told why.
    async #token() {
      clearTimeout(this.#renewal);
      try {
        const answer = await fetch(this.getAttribute("token-url"), { headers: { Accept: "application/json" }, cache: "no-store" });
        if (!answer.ok) throw new Error(`the token's address answered ${answer.status}`);
        const { token } = await answer.json();
        const milliseconds = life(token);
        if (this.#frame && milliseconds > 0) this.#renewal = setTimeout(() => this.#renew(), RENEWED_AT * milliseconds);
        return token;
      } catch (error) {
        this.dispatchEvent(new CustomEvent("callsheet-error", { bubbles: true, detail: error }));
        return null;
      }
    }
  }

  // The milliseconds that a token lives. It has just been signed, so that nothing hangs on this machine's clock.
  function life(token) {
    const { iat, exp } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return 1000 * (exp - iat);
  }

  if (!customElements.get("callsheet-console")) customElements.define("callsheet-console", CallsheetConsole);
}
