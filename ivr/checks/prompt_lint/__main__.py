"""`python -m ivr.checks.prompt_lint`: every prompt with its seconds and options, then what was found."""

from __future__ import annotations

import statistics
import sys

from ivr.checks.prompt_lint import findings
from ivr.checks.prompt_lint.prompt_rules import asked
from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.checks.speech_timeline import length, option_times
from ivr.engine.prompts import Menu
from ivr.speech import LANGUAGES
from ivr.speech.catalogue import FOLDER


def main() -> int:
    """Print the table; 1 when something was found."""
    found = findings()
    catalogue = SpokenCatalogue.load(FOLDER)
    times: list[float] = []
    print(f"{'prompt':<24}{'options':>8}{'language':>9}{'seconds':>9}{'first key':>10}{'last key':>9}{'findings':>9}")
    for prompt in asked(catalogue):
        options = len(prompt.options) if isinstance(prompt, Menu) else 0
        for language in LANGUAGES:
            document = max(catalogue.documents(prompt, language), key=length)
            keys = option_times(document) if options else []
            times += keys
            faults = [one for one in found if one.prompt == prompt.name and one.language in (language, "")]
            first, last = (f"{keys[0]:.1f}", f"{keys[-1]:.1f}") if keys else ("", "")
            figures = f"{length(document):>9.1f}{first:>10}{last:>9}{len(faults):>9}"
            print(f"{prompt.name:<24}{options:>8}{language:>9}{figures}")
    print(f"until a key is named: {statistics.median(times):.1f} s in the middle, {max(times):.1f} s at most")
    print("\n".join(str(one) for one in found) or "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
