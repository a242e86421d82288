"""A generator for Foyer, by Python's standard library alone: pictures of one colour, and Markdown from chapters or a post.

WEBHOOK_SECRET=whsec_... PORT=9000 python3 generator.py
"""
import base64, hashlib, hmac, json, os, struct, threading, time, urllib.error, urllib.request, uuid, zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = [base64.b64decode(secret.removeprefix("whsec_")) for secret in os.environ["WEBHOOK_SECRET"].replace(",", " ").split()]
begun, cancelled = set(), set()


def signature(key, message_id, stamp, body):
    signed = b".".join([message_id.encode(), stamp.encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(headers, body):
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(signature(key, message_id, stamp, body), one) for key in KEYS for one in given)


def say(job, kind, **more):
    """Tells Foyer, with one webhook-id however often it takes; False once nobody waits for this attempt any more."""
    data = {"jobId": job["jobId"], "attempt": job["attempt"], **more}
    body, message_id = json.dumps({"type": f"generation.{kind}", "data": data}).encode(), str(uuid.uuid4())
    for pause in (1, 2, 5, 15, 60, 0):
        stamp = str(int(time.time()))
        headers = {"content-type": "application/json", "webhook-id": message_id, "webhook-timestamp": stamp}
        headers["webhook-signature"] = signature(KEYS[0], message_id, stamp, body)
        try:
            with urllib.request.urlopen(urllib.request.Request(job["callbackUrl"], body, headers), timeout=30) as answer:
                return json.load(answer)["listening"]
        except urllib.error.HTTPError as error:
            if error.code not in (409, 429, 500, 502, 503, 504):
                raise
        except OSError:
            pass  # Foyer is being restarted, perhaps.
        time.sleep(pause)
    return False


def put(place, body):
    request = urllib.request.Request(place["url"], body, place["headers"], method=place["method"])
    urllib.request.urlopen(request, timeout=300).close()


def make(ask, place):
    """The bytes of one result; None for what this generator does not make."""
    if place["contentType"] == "image/png":
        width, height = (int(side) for side in ask["size"].split("x"))
        colour = hashlib.sha256(f"{ask['prompt']} {place['index']}".encode()).digest()[:3]
        chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        pixels = zlib.compress((b"\0" + colour * width) * height)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    if place["contentType"] == "text/markdown":
        parts = ask.get("chapters") or [{"title": "", "content": ask["content"]}]
        return "\n\n".join([f"# {ask['title']}", *(f"## {part['title']}\n\n{part['content']}" for part in parts)]).encode()


def work(job):
    for done, place in enumerate(job["places"]):
        if (job["jobId"], job["attempt"]) in cancelled or not say(job, "progress", progress=100 * done // len(job["places"]), step="generating"):
            return
        body = make(job["ask"], place)
        if body is None or len(body) > place["maxBytes"]:
            say(job, "failed", reason="refused")
            return
        put(place, body)
        say(job, "result", index=place["index"])
    say(job, "completed")


class Generator(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_signed(self.headers, body):
            return self.send_error(401)
        message = json.loads(body)
        attempt = (message["data"]["jobId"], message["data"]["attempt"])
        if message["type"] == "generation.cancelled":
            cancelled.add(attempt)
        elif message["type"] == "generation.requested" and attempt not in begun:  # It may be sent again.
            begun.add(attempt)
            threading.Thread(target=work, args=[message["data"]], daemon=True).start()
        self.send_response(202)
        self.end_headers()


server = ThreadingHTTPServer(("", int(os.environ.get("PORT", 9000))), Generator)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
