"""A host application that shows Callsheet's console to its users: `host.py PORT`. Python's own library is enough."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONSOLE = os.environ["CALLSHEET_CONSOLE_URL"]  # ends with a slash
KEY_NAME, KEY = os.environ["CALLSHEET_KEY_NAME"], os.environ["CALLSHEET_KEY"]
LIFE = int(os.environ.get("CALLSHEET_TOKEN_SECONDS", "900"))

PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>CRM</title>
<body><h1>CRM</h1>
<callsheet-console token-url="callsheet/token"></callsheet-console>
<script src="{CONSOLE}embed.js" defer></script></body></html>"""


def signed_in_user(request: BaseHTTPRequestHandler) -> dict[str, str]:
    """The user whose session the request has. A real application reads its own cookie here."""
    return {"email": os.environ["CRM_USER"], "calendar": os.environ["CRM_CALENDAR"], "zone": "Europe/Berlin"}


def access_token(user: dict[str, str]) -> str:
    """A token with which the user may decide about their own calendar."""
    now = int(time.time())
    header = {"alg": "HS256", "typ": "callsheet+jwt", "kid": KEY_NAME}
    claims = {"aud": "callsheet", "sub": user["email"], "role": "owner", "calendars": [user["calendar"]],
              "zone": user["zone"], "iat": now, "exp": now + LIFE}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(hmac.digest(KEY.encode(), signed.encode(), hashlib.sha256))}"


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Host(BaseHTTPRequestHandler):
    """The two addresses of the application."""

    def do_GET(self) -> None:
        """Answers the page, or a token for it."""
        if self.path == "/callsheet/token":
            self.answer("application/json", json.dumps({"token": access_token(signed_in_user(self))}))
        elif self.path == "/":
            self.answer("text/html; charset=utf-8", PAGE)
        else:
            self.send_error(404)

    def answer(self, kind: str, text: str) -> None:
        """Sends a text that nobody keeps."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Host).serve_forever()
