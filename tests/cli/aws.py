"""As much of the AWS CLI as the scripts of a recommendation ask for: IAM's own protocol, spoken to a server of moto's.

Started anew for each command, so it pays for nothing but the standard library.
https://docs.aws.amazon.com/IAM/latest/UserGuide/programming.html
"""

import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"


def camel(words: str) -> str:
    return "".join(map(str.capitalize, words.split("-")))


def main(service: str, operation: str, *options: str) -> int:
    assert service == "iam"
    query = {"Action": camel(operation), "Version": "2010-05-08"}
    for option in options:
        name, _, value = option.removeprefix("--").partition("=")
        if value.startswith("file://"):
            value = Path(value.removeprefix("file://")).read_text(encoding="utf-8")
        query[camel(name)] = value or "true"
    body = urllib.parse.urlencode(query).encode()
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, {"Authorization": SIGNED})  # noqa: S310, TID251
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        print(query["Action"], error.read().decode(), file=sys.stderr)
        return 254
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
