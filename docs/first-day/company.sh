#!/bin/sh
# Connects the five calendars of docs/first-day.md to the simulator, and enters their meetings.
set -eu
control=$CALLSHEET_SIMULATOR_URL/control
# The meetings are far ahead, so that the page stays true.
curl -sf "$control/settings" -X PUT --json '{"listed_days": 10000}'

# connect ADDRESS PLATFORM: the calendar's meetings are read from standard input, as JSON.
connect() {
  calendar=$(curl -sf "$control/calendars" --json "{\"platform\": \"$2\", \"email\": \"$1\"}" | cut -d '"' -f 4)
  curl -sf "$control/calendars/$calendar/events" --json @- >/dev/null
  echo "$1 is connected."
}

# In New York.
connect sales@acme.example google_calendar <<'MEETINGS'
[
  {"title": "Kick-off Globex", "start": "2035-01-08T15:00:00Z", "end": "2035-01-08T16:00:00Z",
   "ical_uid": "kick-off@acme.example", "meeting_url": "https://meet.google.com/kic-koff-glo",
   "attendees": [{"email": "success@acme.example"}, {"email": "buyer@globex.example"}]},
  {"title": "Forecast", "start": "2035-01-09T14:30:00Z", "end": "2035-01-09T15:00:00Z",
   "meeting_url": "https://meet.google.com/for-ecas-two",
   "attendees": [{"email": "success@acme.example"}]},
  {"title": "Contract Globex", "start": "2035-01-09T16:00:00Z", "end": "2035-01-09T17:00:00Z",
   "meeting_url": "https://meet.google.com/con-trac-glo",
   "attendees": [{"email": "buyer@globex.example"}, {"email": "lawyer@counsel.example"}]},
  {"title": "Late call Globex", "start": "2035-01-10T23:30:00Z", "end": "2035-01-11T00:00:00Z",
   "meeting_url": "https://meet.google.com/lat-ecal-glo",
   "attendees": [{"email": "buyer@globex.example"}]}
]
MEETINGS

connect success@acme.example microsoft_outlook <<'MEETINGS'
[
  {"title": "Kick-off Globex", "start": "2035-01-08T15:00:00Z", "end": "2035-01-08T16:00:00Z",
   "organizer": "sales@acme.example",
   "ical_uid": "kick-off@acme.example", "meeting_url": "https://meet.google.com/kic-koff-glo",
   "attendees": [{"email": "success@acme.example"}, {"email": "buyer@globex.example"}]},
  {"title": "Check-in Hooli", "start": "2035-01-09T18:00:00Z", "end": "2035-01-09T18:30:00Z",
   "series_id": "check-in-hooli", "meeting_url": "https://teams.microsoft.com/l/meetup-join/hooli-1",
   "attendees": [{"email": "lead@hooli.example"}]},
  {"title": "1:1 with Globex", "start": "2035-01-11T15:00:00Z", "end": "2035-01-11T15:30:00Z",
   "meeting_url": "https://teams.microsoft.com/l/meetup-join/globex",
   "attendees": [{"email": "buyer@globex.example"}]},
  {"title": "Check-in Hooli", "start": "2035-01-16T18:00:00Z", "end": "2035-01-16T18:30:00Z",
   "series_id": "check-in-hooli", "meeting_url": "https://teams.microsoft.com/l/meetup-join/hooli-2",
   "attendees": [{"email": "lead@hooli.example"}]}
]
MEETINGS

connect recruiting@acme.example microsoft_outlook <<'MEETINGS'
[
  {"title": "Interview: backend engineer", "start": "2035-01-10T15:00:00Z", "end": "2035-01-10T16:00:00Z",
   "meeting_url": "https://teams.microsoft.com/l/meetup-join/interview",
   "attendees": [{"email": "candidate@mail.example"}]},
  {"title": "Agency", "start": "2035-01-11T16:00:00Z", "end": "2035-01-11T16:30:00Z",
   "meeting_url": "https://teams.microsoft.com/l/meetup-join/agency",
   "attendees": [{"email": "partner@agency.example"}]}
]
MEETINGS

# In Berlin.
connect support@acme.example google_calendar <<'MEETINGS'
[
  {"title": "Onboarding Initech", "start": "2035-01-09T08:30:00Z", "end": "2035-01-09T09:30:00Z",
   "meeting_url": "https://meet.google.com/onb-oard-ini",
   "attendees": [{"email": "admin@initech.example"}]},
  {"title": "Escalation Initech", "start": "2035-01-10T19:00:00Z", "end": "2035-01-10T19:30:00Z",
   "meeting_url": "https://meet.google.com/esc-alat-ini",
   "attendees": [{"email": "admin@initech.example"}]}
]
MEETINGS

connect research@acme.example google_calendar <<'MEETINGS'
[
  {"title": "Reading group", "start": "2035-01-11T13:00:00Z", "end": "2035-01-11T14:00:00Z",
   "meeting_url": "https://meet.google.com/rea-ding-gro",
   "attendees": [{"email": "support@acme.example"}]},
  {"title": "University partners", "start": "2035-01-12T10:00:00Z", "end": "2035-01-12T11:00:00Z",
   "meeting_url": "https://meet.google.com/uni-vers-ity",
   "attendees": [{"email": "dean@university.example"}]},
  {"title": "Interview: reading assistant", "start": "2035-01-12T14:00:00Z", "end": "2035-01-12T15:00:00Z",
   "meeting_url": "https://meet.google.com/int-ervi-ews",
   "attendees": [{"email": "student@university.example"}]}
]
MEETINGS
