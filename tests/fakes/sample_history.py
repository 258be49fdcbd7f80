"""What an earlier run of the sample audit told: of its findings one was not there yet, and four are gone since."""

from auditor.formats.since import digest


def _waivers(now):
    """Those of now but the last one, the first of them shorter, and one that is gone."""
    first = now[0]
    gone = {**first, "id": "W-00", "expires": "2026-12-24"}
    return [gone, {**first, "expires": "2026-11-30"}, *now[1:-1]]


def earlier(report):
    """What the night before told, made out of a first report."""
    first = report["findings"][0]
    kept = [
        {**finding, "first_seen": f"2026-11-{1 + number % 20:02}T19:00:41.000Z"}
        for number, finding in enumerate(report["findings"][1:])
    ]
    passed = next(each for each in report["results"] if "p" in each["statuses"])
    subject = report["subjects"][passed["subject_type"]][passed["statuses"].index("p")]
    off = report["coverage"]["disabled"][:1]
    gone = [
        ("a" * 64, passed["rule"], passed["subject_type"], subject),
        *(("b" * 64, each["rule"], "table", subject) for each in off),
        ("c" * 64, passed["rule"], passed["subject_type"], {**subject, "identity": "gone", "name": "koneksi-prod-old"}),
        ("d" * 64, "SEC-999", "table", subject),
    ]
    left = [
        {
            **first,
            "fingerprint": fingerprint,
            "rule": rule,
            "subject_type": kind,
            "subject": where["name"],
            "identity": where["identity"],
            "address": where["address"],
            "first_seen": "2026-10-30T19:00:41.000Z",
        }
        for fingerprint, rule, kind, where in gone
    ]
    run = {**report["run"], "id": "2026-11-20T190003Z-prod-84fd9b", "finished": "2026-11-20T19:00:41.000Z"}
    trend = [{**report["history"]["trend"][0], "run": run["id"], "at": run["finished"], "open": 30, "drifted": 4}]
    waivers = _waivers(report["waivers"])
    history = {**report["history"], "trend": trend}
    before = {**report, "run": run, "findings": [*kept, *left], "waivers": waivers, "history": history}
    skipped = [{"folder": "2026-11-21T020000Z", "why": "the run was interrupted, so that there is no report"}]
    return {"previous": digest(before, "e" * 64), "skipped": skipped}
