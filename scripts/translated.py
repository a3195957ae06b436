"""The project's templates as CloudFormation sees them: what SAM's translator makes of one, or the template itself.

    .venv/bin/python scripts/translated.py template.yaml    # prints it

CloudFormation runs the same translator (https://github.com/aws/serverless-application-model) during a deployment.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

SAM = "AWS::Serverless-2016-10-31"
REGION = "eu-central-1"
# What `sam deploy` puts in the place of paths, once it has uploaded what is there.
CODE = "s3://bucket/code.zip"
NESTED = f"https://s3.{REGION}.amazonaws.com/bucket/nested.template"

# It warns of features of the service that a translation elsewhere has no configuration for.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


def translated(path: Path, parameters: dict[str, str] | None = None) -> dict[str, Any]:
    """The template at `path`, without what only SAM knows."""
    template: dict[str, Any] = yaml_parse(path.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
        elif resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = NESTED
    if template.get("Transform") != SAM:
        return template
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=boto3.Session(region_name=REGION))
    result: dict[str, Any] = translator.translate(sam_template=template, parameter_values=parameters or {})
    return result


if __name__ == "__main__":
    print(json.dumps(translated(Path(sys.argv[1])), indent=2))
