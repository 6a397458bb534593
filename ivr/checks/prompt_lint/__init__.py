"""The prompt linter: prompts must be short, in order, in plain words, and equal in both languages.

The rules follow W3C COGA's advice on voice menus (label before key, few options, no blame, a person always near) and
a budget of seconds. Times are those of `ivr.checks.speech_timeline`, with sample values.
`python -m ivr.checks.prompt_lint` prints every prompt with its figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ivr.checks.prompt_lint.finding import Finding
from ivr.checks.prompt_lint.message_rules import faults_of_failures, faults_of_message
from ivr.checks.prompt_lint.prompt_rules import asked, faults_of_prompt
from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.engine.prompts import Prompt
from ivr.speech.catalogue import FOLDER, CatalogueError

__all__ = ["Finding", "findings"]


def findings(folder: Path = FOLDER, prompts: Iterable[Prompt] | None = None) -> list[Finding]:
    """Every broken rule in the catalogues of `folder` and in `prompts` (by default those of the call flows)."""
    try:
        catalogue = SpokenCatalogue.load(folder)
    except CatalogueError as error:
        return [Finding("catalogue", "", "catalogue", str(error))]
    found = [fault for message in catalogue.ids for fault in faults_of_message(catalogue, message)]
    found += faults_of_failures(catalogue)
    for prompt in asked(catalogue) if prompts is None else prompts:
        found += faults_of_prompt(catalogue, prompt)
    return found
