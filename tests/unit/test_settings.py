"""Settings: one record from audit.toml, environment variables and discovery; each mistake told with its place."""

import pytest

from auditor.model.errors import SettingsError
from auditor.settings import discover, find_root, load

GOOD = """
project = "koneksi"
[defaults]
region = "ap-southeast-1"
fail_on = "medium"
[rules.BKP-002]
enabled = false
reason = "no backups in this estate"
[parameters]
required_tags = ["Owner"]
[env.prod]
root = "code/prod"
tier = "production"
account = "111122223333"
scope = ["koneksi-prod-*"]
[env.prod.parameters]
window = { days = 35 }
[env.prod.rules.SEC-002]
severity = "critical"
[tier.production.rules.SEC-001]
severity = "critical"
[tier.development.parameters]
days = 7
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "code" / "prod").mkdir(parents=True)
    (tmp_path / "code" / "prod" / "waivers.yaml").write_text("waivers: []\n")
    (tmp_path / "audit.toml").write_text(GOOD)
    return tmp_path


def test_reads_what_audit_toml_says(project):
    settings = load(project / "code", {})
    prod = settings.environment("prod")
    assert settings.project == "koneksi"
    assert settings.fail_on == "medium"
    assert settings.about_rules.rules["BKP-002"]["enabled"] is False
    assert settings.about_rules.parameters["required_tags"] == ["Owner"]
    assert (prod.tier, prod.account, prod.account_source) == ("production", "111122223333", "audit.toml")
    assert prod.region == "ap-southeast-1"
    assert prod.scope == ("koneksi-prod-*",)
    assert prod.waivers == project / "code" / "prod" / "waivers.yaml"
    assert prod.about_rules.parameters["window"] == {"days": 35}
    of_all, of_tier, of_itself = settings.layers(prod)
    assert (of_all.path, of_tier.path, of_itself.path) == ((), ("tier", "production"), ("env", "prod"))
    assert of_tier.rules == {"SEC-001": {"severity": "critical"}}
    assert of_itself.rules == {"SEC-002": {"severity": "critical"}}


def test_environment_variable_wins_over_the_file(project):
    assert load(project, {"AUDIT_FAIL_ON": "high"}).fail_on == "high"


def test_the_workspace_is_the_one_that_terraform_takes_where_the_file_names_none(project):
    assert load(project, {}).environment("prod").workspace == "default"
    assert load(project, {"TF_WORKSPACE": "blue"}).environment("prod").workspace == "blue"
    with (project / "audit.toml").open("a") as file:
        file.write('[env.green]\nroot = "code/prod"\nworkspace = "green"\n')
    assert load(project, {"TF_WORKSPACE": "blue"}).environment("green").workspace == "green"


def test_without_audit_toml_environments_are_found_and_the_strictest_tier_holds(tmp_path):
    for name in ("prod", "uat"):
        folder = tmp_path / "terraform" / "dynamodb" / "envs" / name
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text("")
    (tmp_path / "terraform" / "dynamodb" / "envs" / "empty").mkdir()
    settings = load(tmp_path, {})
    assert list(settings.environments) == ["prod", "uat"]
    assert settings.environment("uat").tier == "production"
    assert "strictest" in settings.environment("uat").tier_source


def test_hidden_and_installed_folders_are_not_entered(tmp_path):
    for parent in (".terraform", "node_modules"):
        folder = tmp_path / parent / "envs" / "prod"
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text("")
    assert discover(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "place", "summary", "hint"),
    [
        ('[env.prod]\nroot = "code/prod"\naccount = "1234"\n', (3, 1), "'1234' is no account id", "12 digits"),
        ('[env.prod]\nroot = "code/prod"\nacount = "1"\n', (3, 1), "unknown setting 'env.prod.acount'", "account"),
        ('[env.prod]\nroot = "code/prod"\ntier = "gold"\n', (3, 1), "unknown tier 'gold'", "production"),
        ('[env.prod]\nroot = "nowhere"\n', (2, 1), "not a folder", ""),
        ('[env.prod]\nroot = "code/prod"\ntier = "prodution"\n', (3, 1), "unknown tier 'prodution'", "did you mean"),
        ("[tier.prod.parameters]\ndays = 1\n", (1, 7), "unknown tier 'prod'", "one of production"),
        ("[tier.gold]\n", (1, 7), "unknown tier 'gold'", "production, preproduction"),
        ("[tier.production.rules.SEC-001]\nenabeld = true\n", (2, 1), "unknown setting", "enabled"),
        ('[env.prod.rules.SEC-001]\nenabled = "no"\n', (2, 1), "must be true or false", ""),
        ("[defaults]\nregion = 1\n", (2, 1), "defaults.region must be a string", ""),
        ("[defaults]\nalso = [1]\n", (2, 1), "defaults.also must be a list of strings", ""),
        ("[defaults\n", (1, 10), "expected", ""),
        ("[defaults]\nfail_on = {}\n", (2, 1), "defaults.fail_on must be a string", ""),
        ('[defaults]\nfail_on = "hihg"\n', (2, 1), "unknown fail_on 'hihg'", "did you mean high"),
        ("[env.prod]\nroot = {}\n", (2, 1), "env.prod.root must be a string", ""),
        ("[env.prod]\nscope = {a = 1}\n", (2, 1), "env.prod.scope must be a list of strings", ""),
        ("env.prod = []\n", (1, 5), "env.prod must be a table", ""),
        ("env = 3\n", (1, 1), "env must be a table", ""),
        ("envs = 3\n", (1, 1), "unknown setting 'envs'", "did you mean env?"),
        (
            "[rules.SEC-001.more.deep]\nx = 1\n",
            (1, 16),
            "unknown setting 'rules.SEC-001.more'",
            "enabled, reason, severity",
        ),
        ("[rules.SEC-001.params]\nx = 1\n", (1, 16), "unknown setting 'rules.SEC-001.params'", "stand in [parameters]"),
        ('[env.prod]\nroot = "code/prod"\nwaivers = "nowhere.yaml"\n', (3, 1), "no file nowhere.yaml", "leave it out"),
        (f'[env.prod]\nroot = "{"a" * 5000}"\n', (2, 1), "not a folder", ""),
        ('[env."a/../b"]\nroot = "code/prod"\n', (1, 7), "can't name an environment", "folder"),
        ('[env.".."]\nroot = "code/prod"\n', (1, 7), "can't name an environment", "folder"),
        ('[env."a,b"]\nroot = "code/prod"\n', (1, 7), "can't name an environment", "--env"),
        ('[env.all]\nroot = "code/prod"\n', (1, 6), "can't name an environment", "`all` is all"),
    ],
)
def test_each_mistake_is_told_with_place_and_line(project, text, place, summary, hint):
    (project / "audit.toml").write_text(text)
    with pytest.raises(SettingsError) as told:
        load(project, {})
    assert summary in told.value.summary
    assert (told.value.subject.file, told.value.subject.line, told.value.subject.column) == ("audit.toml", *place)
    assert told.value.line == text.splitlines()[place[0] - 1]
    assert hint in told.value.hint


def test_unknown_environment_names_the_known_ones_and_the_nearest(project):
    with pytest.raises(SettingsError) as told:
        load(project, {}).environment("prd")
    assert ("found", "prod") in told.value.facts
    assert "--env prod" in told.value.hint


def test_unusable_fail_on_is_an_error(project):
    with pytest.raises(SettingsError, match="AUDIT_FAIL_ON"):
        load(project, {"AUDIT_FAIL_ON": "all"})
    assert load(project, {"AUDIT_FAIL_ON": ""}).fail_on == "medium"


def test_what_is_not_utf8_is_told_with_its_place(project):
    (project / "audit.toml").write_bytes('# ä\nproject = "ö'.encode() + b'\xff"\n')
    with pytest.raises(SettingsError, match="not UTF-8") as told:
        load(project, {})
    assert (told.value.subject.line, told.value.subject.column) == (2, 13)


@pytest.mark.parametrize("text", [b"a = " + b"[" * 5000, b"a = " + b"9" * 5000], ids=["deep", "digits"])
def test_what_the_parser_of_toml_gives_up_on_is_an_error(project, text):
    (project / "audit.toml").write_bytes(text)
    with pytest.raises(SettingsError, match=r"audit\.toml"):
        load(project, {})


def test_a_file_of_windows_is_read(project):
    (project / "audit.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(project, {}).project == "koneksi"


@pytest.mark.parametrize("target", [None, "audit.toml", "nowhere"], ids=["folder", "loop", "dangling"])
def test_an_audit_toml_that_is_no_file_is_an_error_and_not_a_project_without_settings(project, target):
    file = project / "audit.toml"
    file.unlink()
    file.mkdir() if target is None else file.symlink_to(target)
    with pytest.raises(SettingsError, match="no file that can be read"):
        load(project, {})


def test_root_is_the_folder_of_audit_toml_before_that_of_the_repository(tmp_path):
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_root(inner) == tmp_path
    (tmp_path / "a" / "audit.toml").write_text("")
    assert find_root(inner) == tmp_path / "a"


def test_the_strict_profile_is_asked_for(tmp_path):
    (tmp_path / "audit.toml").write_text('[rules]\nprofile = "strict"\n')
    assert load(tmp_path, {}).profile == "strict"
    assert load(tmp_path, {}).about_rules.rules == {}


def test_a_profile_that_does_not_exist(tmp_path):
    (tmp_path / "audit.toml").write_text('[rules]\nprofile = "severe"\n')
    with pytest.raises(SettingsError, match="severe"):
        load(tmp_path, {})


def test_the_place_of_a_setting_that_only_rules_can_judge(project):
    text = 'project = "x"\n[tier.production.rules.SEC-999]\nseverity = "high"\n[parameters]\ndayz = 3 # dayz\n'
    (project / "audit.toml").write_text(text)
    settings = load(project, {})
    for setting, place in (
        (("tier", "production", "rules", "SEC-999"), (2, 24)),
        (("tier", "production", "rules", "SEC-999", "severity"), (3, 1)),
        (("parameters", "dayz"), (5, 1)),
        (("parameters", "elsewhere"), (1, 1)),
    ):
        told = settings.located(SettingsError("wrong", hint="do").at(*setting))
        assert (told.subject.file, told.subject.line, told.subject.column) == ("audit.toml", *place)
        assert (told.summary, told.hint, told.line) == ("wrong", "do", text.splitlines()[place[0] - 1])


def test_an_error_about_no_setting_stays_as_it_is(project, tmp_path_factory):
    error = SettingsError("wrong")
    assert load(project, {}).located(error) is error
    about = SettingsError("wrong").at("parameters")
    assert load(tmp_path_factory.mktemp("bare"), {}).located(about) is about
