"""Runs the stand-in, which then answers functions without a delay.

It hands an event to a function as two writes, headers and body. By Nagle's algorithm the second one would wait until the
first is acknowledged, which the function's side delays by 40 ms: as long as a warm invocation takes otherwise.
"""

import sys
from http.server import BaseHTTPRequestHandler

from ministack.app import main

BaseHTTPRequestHandler.disable_nagle_algorithm = True
sys.exit(main())
