"""The page that gives up after 60 s, a user who touches the key after 98 s, two minutes in two seconds."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions


class LateUser(VirtualAuthenticatorOptions):
    """A key that is touched after 98 s, in virtual time; every knob of docs/knobs.md goes the same way."""

    def to_dict(self):
        knobs = {"key.touchDelayMs": 98000, "key.upTimeoutMs": 200000}
        return {**super().to_dict(), "passkey-harness:time": "virtual", "passkey-harness:knobs": knobs}


def late_user(browser):
    browser.add_virtual_authenticator(LateUser())
    return browser.virtual_authenticator_id


def registered(ask, browser, rig, url):
    browser.get(url)
    browser.find_element(By.ID, "create").click()
    verdict = ask("POST", f"/rigs/{rig}/settled")["explanation"]
    return verdict, browser.find_element(By.ID, "says").text


def test_a_page_that_gives_up_too_early_is_told_whose_timer_it_was(ask, browser, shop):
    rig = late_user(browser)
    verdict, text = registered(ask, browser, rig, shop)
    assert text == "Your passkey could not be created."
    assert verdict["mechanism"] == "late-delivery", verdict["verdict"]
    assert verdict["decidedBy"]["timer"] == "page.guard"
    assert len(ask("GET", f"/rigs/{rig}/credentials")["credentials"]) == 1
    assert "<title>" in ask("GET", f"/rigs/{rig}/report.html")


def test_a_page_that_waits_long_enough_is_not(ask, browser, shop):
    rig = late_user(browser)
    verdict, text = registered(ask, browser, rig, f"{shop}?guard=180000")
    assert (verdict["mechanism"], text) == ("success", "Your passkey is ready."), verdict["verdict"]
