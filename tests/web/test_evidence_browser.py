"""A file as evidence, in a real browser: chosen, sent, and looked at only when somebody asks."""

from __future__ import annotations

from pathlib import Path

from tests.house import House
from tests.wash.files import picture
from tests.web.chromium import a_tab
from tests.web.console_scenes import a_plan, begun
from tests.web.test_console_passkey import PROGRAM, give_passphrase, needs_browser, served

SMALL, WHOLE = "document.querySelector('img.blurred')", "document.querySelector('img.whole')"


@needs_browser
def test_a_picture_is_blurred_until_somebody_presses_it(house: House, tmp_path: Path) -> None:
    scene = a_plan(house)
    begun(house, scene)
    (tmp_path / "maria-lopez.jpg").write_bytes(picture("JPEG"))
    here = f"/disclosures/{scene.disclosures['nora']}"
    form = f"{here}/actions/{scene.action}/evidence"
    with served(house) as address, a_tab(PROGRAM or "", tmp_path / "profile") as tab:
        give_passphrase(tab, house, address, "nora")
        tab.at("/disclosures")
        tab.go(f"{address}{here}")
        tab.evaluate(
            f"document.querySelector('form[action=\"{form}\"]').closest('details').open = 1"
        )
        tab.evaluate(
            f"document.querySelector('form[action=\"{form}\"] textarea').value = 'lockers'"
        )
        tab.choose("input[type=file]", tmp_path / "maria-lopez.jpg")
        tab.press(form)
        tab.until(f"location.hash === '#plan' && {SMALL} !== null && {SMALL}.naturalWidth > 0")

        assert "blur" in tab.evaluate(f"getComputedStyle({SMALL}).filter")
        assert tab.evaluate(f"{WHOLE}.naturalWidth") == 0  # nobody has asked for it
        assert "maria-lopez" not in tab.evaluate("document.documentElement.outerHTML")

        tab.evaluate("document.querySelector('.medium summary').click()")

        assert tab.until(f"{WHOLE}.complete && {WHOLE}.naturalWidth") == 256
