"""AWS as far as `terraform plan` refreshes resources: canned answers by Region and operation, over HTTP on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from plan_cases import ACCOUNT, REGION

IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/t</Arn><UserId>t</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


MISSING = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>"
)
TOLD = (
    *(
        "DescribeAlarms",
        "CompositeAlarms",
        "cloudwatch ListTagsForResource",
        "policies",
        "plans",
        "vaults",
        "selections",
    ),
    *("DescribeKinesisStreamingDestination", "GetResourcePolicy", "scaling ListTagsForResource"),
)


class World:
    """What is live: `tables` by (Region, name), `keys` by id, what is listed, and `told` by a case's own names."""

    def __init__(self) -> None:
        self.tables, self.keys = {}, {}
        self.targets, self.policies, self.aliases, self.actions, self.insights = [], [], [], [], []
        self.told = {name: {} for name in TOLD}

    def add(self, case):
        """Everything that a case says is live."""
        live = case["live"] or {}
        if case["type"] == "aws_dynamodb_table" and live:
            self.tables[REGION, live["DescribeTable"]["TableName"]] = live
            for region, there in case.get("live_other_regions", {}).items():
                self.tables[region, live["DescribeTable"]["TableName"]] = there
        for region, tables in live.get("dynamodb", {}).items():
            self.tables |= {(region, name): there for name, there in tables.items()}
        self.keys |= live.get("kms", {})
        self.targets += live.get("DescribeScalableTargets", [])
        self.policies += live.get("DescribeScalingPolicies", [])
        self.aliases += live.get("ListAliases", [])
        self.actions += live.get("DescribeScheduledActions", [])
        self.insights += live.get("DescribeContributorInsights", [])
        for name in TOLD:
            self.told[name] |= live.get(name, {})

    def answer(self, service, operation, region, asked):
        """The status and members of an answer of one of the JSON services."""
        if service == "dynamodb":
            return self._dynamodb(operation, region, asked)
        if service == "kms":
            return self._kms(operation, region, asked)
        if operation == "DescribeScalableTargets":
            return 200, {"ScalableTargets": [t for t in self.targets if t["ResourceId"] in asked["ResourceIds"]]}
        if operation == "DescribeScalingPolicies":
            name = asked["PolicyNames"][0]
            found = [p for p in self.policies if p["PolicyName"] == name and p["ResourceId"] == asked["ResourceId"]]
            return 200, {"ScalingPolicies": found}
        if operation == "DescribeScheduledActions":
            return 200, {"ScheduledActions": [a for a in self.actions if a["ResourceId"] == asked["ResourceId"]]}
        if operation == "ListTagsForResource":
            return 200, {"Tags": self.told["scaling ListTagsForResource"].get(asked["ResourceARN"], {})}
        return unknown(operation)

    def _dynamodb(self, operation, region, asked):
        if operation == "DescribeContributorInsights":
            return self._insights(asked)
        if operation == "DescribeKinesisStreamingDestination":
            found = self.told[operation].get(asked["TableName"], [])
            return 200, {"TableName": asked["TableName"], "KinesisDataStreamDestinations": found}
        if operation == "GetResourcePolicy":
            found = self.told[operation].get(asked["ResourceArn"])
            return (200, found) if found else (400, {"__type": "PolicyNotFoundException", "message": "none"})
        name = asked.get("TableName") or asked["ResourceArn"].rpartition("/")[2]
        live = self.tables.get((region, name.rpartition("/")[2]))
        if live is None:
            code = "TableNotFoundException" if operation == "DescribeContinuousBackups" else "ResourceNotFoundException"
            return 400, {"__type": code, "message": "not found"}
        told = live.get(operation)
        if isinstance(told, dict) and "error" in told:
            return 400, {"__type": told["error"], "message": "refused"}
        if operation == "ListTagsOfResource":
            return 200, {"Tags": [{"Key": key, "Value": value} for key, value in told.items()]}
        member = {
            "DescribeTable": "Table",
            "DescribeContinuousBackups": "ContinuousBackupsDescription",
            "DescribeTimeToLive": "TimeToLiveDescription",
        }.get(operation)
        return (200, {member: told}) if member else unknown(operation)

    def _insights(self, asked):
        for each in self.insights:
            if (each["TableName"], each.get("IndexName")) == (asked["TableName"], asked.get("IndexName")):
                return 200, each
        return 400, {"__type": "ResourceNotFoundException", "message": "none"}

    def rest(self, path):
        """The status and members of an answer of AWS Backup."""
        kind, *names = path.strip("/").split("/")
        if kind == "tags":
            arn = "/".join(names)
            everything = (*self.told["plans"].values(), *self.told["vaults"].values())
            own = [
                each["Tags"] for each in everything if arn in (each.get("BackupPlanArn"), each.get("BackupVaultArn"))
            ]
            return 200, {"Tags": own[0] if own else {}}
        if kind == "backup-vaults":
            found = self.told["vaults"].get(names[0])
        else:
            found = (
                self.told["selections"].get(names[-1]) if "selections" in names else self.told["plans"].get(names[-1])
            )
        return (200, found) if found else (404, {"__type": "ResourceNotFoundException", "message": "not found"})

    def _kms(self, operation, region, asked):
        if operation == "ListAliases":
            return 200, {"Aliases": self.aliases, "Truncated": False}
        name = asked.get("KeyId", "").rpartition("/")[2]
        if operation == "DescribeKey" and asked["KeyId"] == "alias/aws/dynamodb":
            arn = f"arn:aws:kms:{region}:{ACCOUNT}:key/default-{region}"
            return 200, {"KeyMetadata": {"KeyId": f"default-{region}", "Arn": arn}}
        key = self.keys.get(name)
        if key is None:
            return 400, {"__type": "NotFoundException", "message": "not found"}
        if operation == "DescribeKey":
            return 200, {"KeyMetadata": key["DescribeKey"]}
        if operation == "GetKeyPolicy":
            return 200, {"Policy": key["GetKeyPolicy"], "PolicyName": "default"}
        if operation == "GetKeyRotationStatus":
            return 200, key["GetKeyRotationStatus"]
        if operation == "ListResourceTags":
            tags = [{"TagKey": k, "TagValue": v} for k, v in key["ListResourceTags"].items()]
            return 200, {"Tags": tags, "Truncated": False}
        return unknown(operation)

    def query(self, form):
        """The body of an answer of one of the XML services; None where there is no such thing."""
        operation = form["Action"][0]
        if operation == "DescribeAlarms":
            names = [value[0] for name, value in form.items() if name.startswith("AlarmNames.")]
            found = {
                member: [self.told[told][name] for name in names if name in self.told[told]]
                for member, told in (("MetricAlarms", operation), ("CompositeAlarms", "CompositeAlarms"))
            }
        elif operation == "ListTagsForResource":
            tags = self.told["cloudwatch ListTagsForResource"].get(form["ResourceARN"][0].rpartition(":")[2], {})
            found = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        elif operation in ("GetPolicy", "GetPolicyVersion"):
            policy = self.told["policies"].get(form["PolicyArn"][0])
            if policy is None:
                return None
            tags = [{"Key": key, "Value": value} for key, value in policy["Tags"].items()]
            version = {"Document": quote(policy["Document"]), "VersionId": "v1", "IsDefaultVersion": True}
            found = (
                {"Policy": policy["Policy"] | {"Tags": tags}}
                if operation == "GetPolicy"
                else {"PolicyVersion": version}
            )
        else:
            return IDENTITY
        return f"<{operation}Response><{operation}Result>{xml(found)}</{operation}Result></{operation}Response>"


def unknown(operation):
    """The answer to an operation that is not among the canned ones."""
    return 400, {"__type": "UnknownOperationException", "message": operation}


def xml(value):
    """Members as the query protocol writes them."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml(member)}</{name}>" for name, member in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{xml(member)}</member>" for member in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.server.seen.append((signed[3] if len(signed) > 3 else "", target or body[:60]))
        if target:
            status, found = self.server.world.answer(signed[3], target, signed[2], json.loads(body or b"{}"))
            self._send(status, "application/x-amz-json-1.0", json.dumps(found).encode())
        else:
            told = self.server.world.query(parse_qs(body.decode()))
            self._send(404 if told is None else 200, "text/xml", (told or MISSING).encode())

    def do_GET(self):
        status, found = self.server.world.rest(unquote(urlsplit(self.path).path))
        self._send(status, "application/json", json.dumps(found).encode(), found.get("__type"))

    def _send(self, status, kind, content, error=None):
        self.send_response(status)
        if error:
            self.send_header("X-Amzn-Errortype", error)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    request_queue_size = 512

    def handle_error(self, *_):
        """A client that hangs up is no defect."""


class CannedServer:
    """`with CannedServer(world) as server: ... server.url`; ends with the block."""

    def __init__(self, world: World) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.world, self._server.seen = world, []
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def seen(self) -> list:
        """The requests that came: (service, operation)."""
        return self._server.seen

    @property
    def world(self) -> World:
        """What is live; another may take its place."""
        return self._server.world

    @world.setter
    def world(self, world: World) -> None:
        self._server.world = world

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
