"""A whole call in the browser."""

from __future__ import annotations

from tests.browser.window import Window


def test_a_sample_customer_rings_and_reads_the_menu(window: Window):
    """Who, which line, call; the greeting and the first question are on the page."""
    window.rings("Dana", line="Haiyun").is_told("Haiyun Wallet official support line", "press 2")
