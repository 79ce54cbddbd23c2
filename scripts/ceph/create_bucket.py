"""Creates a bucket: create_bucket.py HOST:PORT BUCKET ACCESS_KEY SECRET_KEY. Signed as S3's version 2 has it, which is a line of code."""
import base64
import email.utils
import hashlib
import hmac
import sys
import urllib.request

host, bucket, access_key, secret_key = sys.argv[1:]
date = email.utils.formatdate(usegmt=True)
signature = base64.b64encode(hmac.new(secret_key.encode(), f"PUT\n\n\n{date}\n/{bucket}".encode(), hashlib.sha1).digest()).decode()
headers = {"Date": date, "Authorization": f"AWS {access_key}:{signature}"}
urllib.request.urlopen(urllib.request.Request(f"http://{host}/{bucket}", method="PUT", headers=headers), timeout=60)
