"""A report as of a large estate: its tables, with all that is told of them, many times over under other names."""

_NAMES = ("name", "subject", "identity", "address", "id", "resource")
_LISTS = ("findings", "causes", "resources")


def enlarged(report, findings):
    """The report with at least so many findings; its totals stay those of the small one."""
    times = range(-(-findings // len(report["findings"])))
    every = {name: [_renamed(each, number) for number in times for each in report[name]] for name in _LISTS}
    subjects = {
        kind: [_renamed(each, number) for number in times for each in some] for kind, some in report["subjects"].items()
    }
    results = [{**each, "statuses": each["statuses"] * len(times)} for each in report["results"]]
    undecided = [
        {**each, "findings": [_other(key, number) for number in times for key in each["findings"]]}
        for each in report["coverage"]["undecided"]
    ]
    coverage = {**report["coverage"], "undecided": undecided}
    return {**report, **every, "subjects": subjects, "results": results, "coverage": coverage}


def _renamed(item, number):
    renamed = {}
    for name, value in item.items():
        if name == "fingerprint":
            renamed[name] = _other(value, number)
        elif name == "findings":
            renamed[name] = [_other(key, number) for key in value]
        elif number and name in _NAMES and isinstance(value, str) and value:
            renamed[name] = f"{value}-{number}"
        elif number and name == "identity" and isinstance(value, dict):
            renamed[name] = {**value, "name": f"{value['name']}-{number}"}
        else:
            renamed[name] = value
    return renamed


def _other(fingerprint, number):
    return f"{number:04x}{fingerprint[4:]}" if number else fingerprint
