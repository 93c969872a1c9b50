// A host application that shows Callsheet's console to its users: `node host.mjs PORT`. Node 18 or later is enough.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";

const { CALLSHEET_CONSOLE_URL, CALLSHEET_KEY_NAME, CALLSHEET_KEY, CALLSHEET_TOKEN_SECONDS = "900" } = process.env;

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>CRM</title>
<body><h1>CRM</h1>
<callsheet-console token-url="callsheet/token"></callsheet-console>
<script src="${CALLSHEET_CONSOLE_URL}embed.js" defer></script></body></html>`;

// The user whose session the request has. A real application reads its own cookie here.
function signedInUser(request) {
  return { email: process.env.CRM_USER, calendar: process.env.CRM_CALENDAR, zone: "Europe/Berlin" };
}

// A token with which the user may decide about their own calendar.
function accessToken(user) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "HS256", typ: "callsheet+jwt", kid: CALLSHEET_KEY_NAME };
  const claims = {
    aud: "callsheet", sub: user.email, role: "owner", calendars: [user.calendar],
    zone: user.zone, iat: now, exp: now + Number(CALLSHEET_TOKEN_SECONDS),
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createHmac("sha256", CALLSHEET_KEY).update(signed).digest("base64url")}`;
}

createServer((request, response) => {
  const answer = (kind, text) => response.writeHead(200, { "Content-Type": kind, "Cache-Control": "no-store" }).end(text);
  if (request.url === "/callsheet/token") answer("application/json", JSON.stringify({ token: accessToken(signedInUser(request)) }));
  else if (request.url === "/") answer("text/html; charset=utf-8", page);
  else response.writeHead(404).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
