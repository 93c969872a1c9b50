// Signs a person in at the company's issuer, by an authorization code with PKCE, and exchanges the ID
// token for an access token of the console. console.js loads it when somebody signs in.

const PENDING = "sign-in"; // what has to come back as it was sent
const SIGNED_IN = "signed-in"; // the token of this tab, if it came this way
const CHANNEL = "callsheet-sign-in";

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const here = () => new URL(".", document.baseURI).href;

// The claims of a token. They are only compared: API Gateway verifies an ID token, the API an access token.
function claims(token) {
  const text = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))));
}

// Where to sign in, with secrets of this one attempt.
async function attempt({ authorize, client }, kept) {
  const [verifier, state, nonce] = [random(), random(), random()];
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, nonce, ...kept }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code", client_id: client, redirect_uri: here(), scope: "openid email", state, nonce,
    code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256",
  });
  return { url: `${authorize}?${query}`, state };
}

// Leaves the page, and comes back to it.
export async function begin(issuer) {
  const { url } = await attempt(issuer, { page: location.hash });
  location.assign(url);
}

// Lets a person whose token has expired sign in again in a window of its own, so that nothing on the page is lost. Gives
// the new token; none if the old one did not come this way. Who asks meanwhile gets the same one.
let asked = null;
export function again(issuer, token) {
  asked ??= signedInAgain(issuer, token).finally(() => (asked = null));
  return asked;
}

async function signedInAgain(issuer, token) {
  if (sessionStorage.getItem(SIGNED_IN) !== token) return null;
  const { url, state } = await attempt(issuer, { again: true });
  const banner = document.querySelector("#sign-in-again");
  banner.hidden = false;
  // Opened by the click alone: a browser blocks what is opened later.
  banner.querySelector("button").onclick = () => window.open(url, "_blank", "popup,width=480,height=640");
  const given = await new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => {
      if (data.state !== state) return;
      channel.close();
      resolve(data.token);
    };
  });
  banner.hidden = true;
  sessionStorage.removeItem(PENDING);
  sessionStorage.setItem(SIGNED_IN, given);
  if (claims(given).sub !== claims(token).sub) {
    // The page is another person's.
    sessionStorage.setItem("token", given);
    location.reload();
  }
  return given;
}

// Takes the code out of the address, and stores the token for it. Whether a page was shown instead.
export async function returned({ client, token: tokenUrl }, show) {
  const query = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "{}");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", `${location.pathname}${pending.page ?? location.hash}`);
  if (!pending.state || query.get("state") !== pending.state) return false;
  try {
    const token = await redeemed(query, pending, client, tokenUrl);
    if (!pending.again) {
      sessionStorage.setItem(SIGNED_IN, token);
      sessionStorage.setItem("token", token);
      return false;
    }
    new BroadcastChannel(CHANNEL).postMessage({ state: pending.state, token });
    show("signed-in");
    window.close();
  } catch (error) {
    show("not-signed-in");
    document.querySelector("#main [data-reason]").textContent = error.message;
  }
  return true;
}

async function redeemed(query, { verifier, nonce }, client, tokenUrl) {
  const code = query.get("code");
  if (!code) throw new Error(query.get("error_description") ?? query.get("error") ?? "");
  const body = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: here(), client_id: client, code_verifier: verifier });
  const answer = await fetch(tokenUrl, { method: "POST", body, credentials: "omit" });
  const { id_token: idToken, error } = await answer.json();
  if (!answer.ok || !idToken) throw new Error(error ?? `${answer.status}`);
  if (claims(idToken).nonce !== nonce) throw new Error("nonce");
  const headers = { Authorization: `Bearer ${idToken}`, Accept: "application/json" };
  const exchanged = await fetch(new URL("v1/tokens", document.baseURI), { method: "POST", headers, cache: "no-store", redirect: "error" });
  const { token, detail, message } = await exchanged.json();
  if (!exchanged.ok) throw new Error(detail ?? message);
  return token;
}
