"""Check the stack's templates with cfn-lint and checkov: no finding without a reason, no reason without a finding.

    .venv/bin/python scripts/check_stack.py [TEMPLATE ...]

cfn-lint, with the rules for serverless applications, reads the templates as they are written, and again as SAM's
translator hands them to CloudFormation; checkov reads those alone. scripts/reasons.py says where reasons stand. What is
generated from a resource (its name begins with the resource's) is excused by the resource's reasons.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasons import Reason, hidden, reasons, resources
from translated import REGION, translated

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = [ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))]
UNUSED_PARAMETER = "W2001"
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
CHECKOV = ROOT / ".venv-checkov/bin/checkov"


@dataclass(frozen=True, order=True)
class Finding:
    """What a tool does not like."""

    template: Path
    line: int  # 0: in what was translated, which has no lines
    resource: str
    rule: str
    text: str

    def __str__(self) -> str:
        place = self.template.relative_to(ROOT) if self.template.is_relative_to(ROOT) else self.template
        return f"{place}{f':{self.line}' if self.line else ''}: {self.resource}: {self.rule} {self.text}"


def run(command: Sequence[str | Path]) -> Any:
    """What a tool prints, which is JSON."""
    environment = os.environ | {"AWS_DEFAULT_REGION": REGION}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}") from None


def cfn_lint(templates: dict[Path, Path], *, lines: bool) -> Iterator[Finding]:
    """What cfn-lint finds in files, each of which stands for a template. Exceptions are made by us, not by it."""
    command = (CFN_LINT, "-a", "cfn_lint_serverless.rules", "--mandatory-checks", "E", "W", "--format", "json", "--")
    for found in run((*command, *templates)):
        where = found["Location"]["Path"] or []
        resource = where[1] if where[:1] == ["Resources"] and len(where) > 1 else ".".join(map(str, where))
        line = found["Location"]["Start"]["LineNumber"] if lines else 0
        template = templates[Path(found["Filename"])]
        yield Finding(template, line, str(resource), found["Rule"]["Id"], found["Message"])


def checkov(folder: Path, templates: dict[Path, Path]) -> Iterator[Finding]:
    """What checkov finds in `folder`. It asks nobody: --skip-download."""
    options = ("--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "--output", "json")
    report = run((CHECKOV, "--directory", folder, *options))
    for result in report if isinstance(report, list) else [report]:
        for unread in result.get("results", {}).get("parsing_errors", ()):
            raise SystemExit(f"checkov cannot read {unread}")
        for found in result.get("results", {}).get("failed_checks", ()):
            template = templates[folder / found["file_path"].lstrip("/")]
            resource = found["resource"].rpartition(".")[2]
            yield Finding(template, 0, resource, found["check_id"], found["check_name"])


def without_exceptions(template: dict[str, Any]) -> dict[str, Any]:
    """`template` as checkov should see it: it would not look at what is excused."""
    for resource in template["Resources"].values():
        resource.get("Metadata", {}).pop("checkov", None)
    return template


def findings(templates: Sequence[Path]) -> list[Finding]:
    """Whatever both tools find, once each: with its line where it has one."""
    found = set(cfn_lint({path: path for path in templates}, lines=True))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        stand_ins = {folder / path.with_suffix(".json").name: path for path in templates}
        for file, path in stand_ins.items():
            file.write_text(json.dumps(without_exceptions(translated(path)), indent=1))
        seen = {(finding.template, finding.resource, finding.rule) for finding in found}
        for finding in (*cfn_lint(stand_ins, lines=False), *checkov(folder, stand_ins)):
            if finding.rule == UNUSED_PARAMETER:
                continue  # the translator uses some up; what is written is looked at above
            if (finding.template, finding.resource, finding.rule) not in seen:
                found.add(finding)
    return sorted(found)


def excuses(reason: Reason, finding: Finding, written: set[str]) -> bool:
    """Whether `reason` is one for `finding`, in a template in which the resources `written` stand."""
    if (reason.template, reason.rule) != (finding.template, finding.rule):
        return False
    if reason.resource is None or reason.resource == finding.resource:
        return True
    return finding.resource not in written and finding.resource.startswith(reason.resource)


def verdict(found: Sequence[Finding], given: Sequence[Reason], written: dict[Path, set[str]]) -> list[str]:
    """What is wrong: findings without a reason, reasons that say nothing, reasons for nothing."""
    wrong = []
    used = set()
    for finding in found:
        good = [reason for reason in given if excuses(reason, finding, written[finding.template])]
        used.update(good)
        if not good:
            wrong.append(str(finding))
    for reason in given:
        subject = f"{reason.template.name}: {reason.resource or 'the whole template'}: {reason.rule}"
        if not reason.is_given:
            wrong.append(f"{subject} is left out without a reason")
        elif reason not in used:
            wrong.append(f"{subject} is left out, and nothing would be found")
    return wrong


def main(arguments: Sequence[str]) -> int:
    templates = [Path(name).resolve() for name in arguments] or TEMPLATES
    found = findings(templates)
    given = [reason for path in templates for reason in reasons(path)]
    wrong = [f"{path.name}:{line}: write it as Metadata.checkov.skip" for path in templates for line in hidden(path)]
    wrong += verdict(found, given, {path: resources(path) for path in templates})
    for line in wrong:
        print(line, file=sys.stderr)
    rules = Counter(reason.rule for reason in given)
    print(f"{len(templates)} templates: {len(wrong)} findings; left out with a reason: {counted(rules)}")
    return 1 if wrong else 0


def counted(rules: Counter[str]) -> str:
    return ", ".join(f"{rule} x {number}" if number > 1 else rule for rule, number in sorted(rules.items())) or "none"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
