"""The command line of `audit-publish`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from auditor import __version__
from auditor.formats.words import clean
from auditor.model.errors import AccessError, AuditorError
from auditor.publish import latest, message
from auditor.publish.contents import contents
from auditor.publish.delivery import Destination, deliver, told_of
from auditor.terminal import tell

if TYPE_CHECKING:
    import boto3

_TOPIC: Final = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


@click.command(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "AUDIT_PUBLISH",
        "max_content_width": 110,
    }
)
@click.version_option(__version__, prog_name="audit-publish")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--bucket", required=True, help="The S3 bucket: objects PREFIX/ENVIRONMENT/RUN/FILE.")
@click.option("--region", required=True, help="Its Region.")
@click.option("--prefix", default="", help="What keys begin with.")
@click.option("--topic", default="", metavar="ARN", help="The SNS topic that is told; without it nobody is.")
@click.option("--portal", default="", metavar="URL", help="Where people open reports (default: the console of S3).")
@click.option("--profile", default="", help="AWS profile of the publisher.")
@click.option("--role", default="", metavar="ARN", help="Role of the publisher, assumed with these credentials.")
@click.option(
    "--bring-back", metavar="ENV", help="Instead: write the last delivered bundle of this environment into BUNDLE."
)
@click.option("--dry-run", is_flag=True, help="Verify the bundle and print the message; nothing is sent.")
def publish(
    bundle: Path,
    *,
    bucket: str,
    region: str,
    prefix: str,
    topic: str,
    portal: str,
    profile: str,
    role: str,
    bring_back: str | None,
    dry_run: bool,
) -> None:
    """Deliver the BUNDLE of an audit: its files to S3, its verdict to SNS.

    The bundle is held against its manifest first, and read back afterwards. A delivery can be repeated: nothing is
    replaced, and the message is sent once. With --bring-back the other way: a run that begins in an empty place finds
    the one before it there, and tells what is new. Every option can be set as AUDIT_PUBLISH_<OPTION>.

    \b
    Exit codes, whatever the verdict:
      0  delivered
      1  not delivered
      2  wrong usage
    """  # noqa: D301 - click's mark for lines that stay as they are
    if topic and not _TOPIC.fullmatch(topic):
        raise click.BadParameter("not the ARN of a topic", param_hint="--topic")
    destination = Destination(bucket=bucket, region=region, prefix=prefix, topic=topic, portal=portal)
    if bring_back is not None:
        place = latest.bring_back(bring_back, destination, _session(profile, role, region, bring_back), bundle)
        click.echo(clean(f"{bundle}  {place or 'nothing was delivered yet'}"))
        return
    found = contents(bundle)
    if dry_run:
        told = told_of(found, destination)
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        click.echo(message.text(told), err=True)
        return
    done = deliver(found, destination, _session(profile, role, region, found.run))
    said = {None: "nobody was told", True: "the topic was told", False: "the topic had been told before"}[done.told]
    click.echo(clean(f"{done.location}  {done.written} of {len(found.files)} files written, all verified; {said}"))


def _session(profile: str, role: str, region: str, run: str) -> boto3.Session:
    """The publisher's own session; AccessError where there are no credentials for it."""
    import boto3  # noqa: PLC0415 - help and usage errors answer without it
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        session = boto3.Session(profile_name=profile or None, region_name=region)
        if not role:
            return session
        name = f"audit-publish-{run}"[:64]
        given = session.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        hint = "these are the publisher's credentials, not the auditor's: --profile or --role"
        summary = f"can't assume {role}" if role else "there are no credentials"
        raise AccessError(summary, detail=str(error)[:300], hint=hint) from error
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code; every error is told once, without a traceback."""
    try:
        publish.main(
            args=None if arguments is None else list(arguments), prog_name="audit-publish", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except AuditorError as error:
        tell(error)
        sys.exit(1)
    sys.exit(0)
