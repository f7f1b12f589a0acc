"""Selenium's own virtual authenticators, as suites have them: here they are simulated devices of the harness."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.wait import WebDriverWait


def test_registers_with_a_virtual_authenticator(ask, browser, shop):
    options = VirtualAuthenticatorOptions()
    options.protocol = VirtualAuthenticatorOptions.Protocol.CTAP2
    options.transport = VirtualAuthenticatorOptions.Transport.USB
    options.has_resident_key = True
    browser.add_virtual_authenticator(options)
    browser.get(shop)
    browser.find_element(By.ID, "create").click()
    WebDriverWait(browser, 10).until(lambda it: it.find_element(By.ID, "says").text != "")
    assert browser.find_element(By.ID, "says").text == "Your passkey is ready."
    (credential,) = browser.get_credentials()
    assert credential.rp_id == "localhost"
    verdict = ask("GET", f"/rigs/{browser.virtual_authenticator_id}/verdict")["explanation"]
    assert verdict["mechanism"] == "success", verdict["verdict"]
    browser.remove_all_credentials()
    assert browser.get_credentials() == []
    browser.remove_virtual_authenticator()
