"""A company's issuer, for tests of the sign-in: OpenID Connect in small, on 127.0.0.1.

`issuer.py <port>`. It has discovery, keys, a page to sign in, and the token endpoint with PKCE. Whoever signs in types who they
are. `POST /id-token` signs any claims, for tests without a browser. The stand-in keeps keys for hours, as API Gateway does, so
all tests of a cloud share one issuer.
"""

import base64
import hashlib
import html
import json
import secrets
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT = "callsheet"
# Where people may be sent back to. A real issuer knows each address; ours cannot, since an API has its id from the deployment.
CONSOLES = "http://127.0.0.1:"
TOKEN_SECONDS = 3600
KEY_ID = "tests"

FORM = """<!doctype html><title>Acme</title><h1>Sign in at Acme</h1>
<form action="login">{hidden}
<label>Address <input name="email"></label>
<label>Groups <input name="groups"></label>
<label><input type="checkbox" name="verified" checked> Verified</label>
<button name="answer" value="yes">Sign in</button><button name="answer" value="no">Cancel</button>
</form>"""


class Refused(Exception):
    """A request that is not answered as asked, by the error that OAuth has for it."""


def base64url(data: bytes) -> str:
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Keys, and the codes that were given out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}

    def configuration(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public key."""
        public = self._key.public_key().public_numbers()
        n, e = (base64url(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (public.n, public.e))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e}]}

    def sign(self, claims: dict[str, Any]) -> str:
        """An ID token with these claims, besides those that each has."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "00u-1", "iat": now, "exp": now + TOKEN_SECONDS}
        header = {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, usual | claims))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def form(self, query: dict[str, str]) -> str:
        """The page on which a person signs in."""
        self._check_request(query)
        hidden = (f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in query.items())
        return FORM.format(hidden="".join(hidden))

    def login(self, query: dict[str, str]) -> str:
        """Where the person is sent back to."""
        self._check_request(query)
        answer = {"state": query["state"]}
        if query.get("answer") == "yes":
            code = secrets.token_urlsafe(16)
            self._codes[code] = query
            answer["code"] = code
        else:
            answer["error"] = "access_denied"
        return f"{query['redirect_uri']}?{urllib.parse.urlencode(answer)}"

    def _check_request(self, query: dict[str, str]) -> None:
        is_ours = query.get("client_id") == CLIENT and query.get("redirect_uri", "").startswith(CONSOLES)
        has_all = all(query.get(name) for name in ("state", "nonce", "code_challenge"))
        of_kind = (query.get("response_type"), query.get("code_challenge_method")) == ("code", "S256")
        if not (is_ours and has_all and of_kind and "openid" in query.get("scope", "").split()):
            raise Refused("invalid_request")

    def redeem(self, form: dict[str, str]) -> dict[str, Any]:
        """The tokens for a code, once."""
        asked = self._codes.pop(form.get("code", ""), None)
        if not asked or form.get("grant_type") != "authorization_code":
            raise Refused("invalid_grant")
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        same = all(form.get(name) == asked[name] for name in ("client_id", "redirect_uri"))
        if challenge != asked["code_challenge"] or not same:
            raise Refused("invalid_grant")
        claims = {
            "sub": hashlib.sha256(asked.get("email", "").encode()).hexdigest()[:20],
            "nonce": asked["nonce"],
            "email": asked.get("email", ""),
            "email_verified": "verified" in asked,
            "groups": asked.get("groups", "").split(),
        }
        return {"id_token": self.sign(claims), "access_token": "of no use here", "token_type": "Bearer", "expires_in": TOKEN_SECONDS}


class Handler(BaseHTTPRequestHandler):
    """Answers requests."""

    issuer: Issuer

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        given = dict(urllib.parse.parse_qsl(query))
        try:
            match path:
                case "/.well-known/openid-configuration":
                    self._answer(200, json.dumps(self.issuer.configuration()))
                case "/keys":
                    self._answer(200, json.dumps(self.issuer.keys()))
                case "/authorize":
                    self._answer(200, self.issuer.form(given), "text/html")
                case "/login":
                    self._answer(303, "", headers={"Location": self.issuer.login(given)})
                case _:
                    self._answer(404, "{}")
        except Refused as error:
            self._answer(400, json.dumps({"error": str(error)}))

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        # The page that redeems a code is of another origin.
        headers = {"Access-Control-Allow-Origin": self.headers.get("Origin", "null")}
        try:
            match self.path:
                case "/token":
                    self._answer(200, json.dumps(self.issuer.redeem(dict(urllib.parse.parse_qsl(text)))), headers=headers)
                case "/id-token":
                    self._answer(200, json.dumps({"id_token": self.issuer.sign(json.loads(text))}))
                case _:
                    self._answer(404, "{}")
        except Refused as error:
            self._answer(400, json.dumps({"error": str(error)}), headers=headers)

    def _answer(self, status: int, text: str, kind: str = "application/json", headers: dict[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


def main() -> None:
    """Serves until it is ended."""
    port = int(sys.argv[1])
    Handler.issuer = Issuer(f"http://127.0.0.1:{port}")
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
