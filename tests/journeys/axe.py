"""What axe finds on a page that violates WCAG 2.2, level A or AA."""

from axe_playwright_python.base import AXE_FILE_PATH

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Of those, the only one that other colours can break.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
SCRIPT = AXE_FILE_PATH.read_text(encoding="utf-8")
# Of all that axe reports, what is right included, only what is wrong is carried out of the browser.
RUN = """async (options) => {
    const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140))]);
}"""


def violations(page, where: str, rules: dict) -> list[str]:
    """Return a line for each rule that the page breaks as it stands, beginning with `where`.

    The page's context bypasses its policy: axe is an inline script, which ours refuses.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(SCRIPT)
    return [f"{where}: {rule}: {nodes}" for rule, nodes in page.evaluate(RUN, rules)]
