"""Which browser on which system this is, in a few plain words: enough to know one's own again, and too few to follow anybody by."""

# In this order: most browsers also claim to be those after them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def describe_device(user_agent: str) -> str:
    """“Firefox on Windows”, from the header of that name (RFC 9110, 10.1.5); only ever words of this file, whatever it says."""
    browser = next((words for sign, words in _BROWSERS if sign in user_agent), "Another browser")
    system = next((words for sign, words in _SYSTEMS if sign in user_agent), "another system")
    if (browser, system) == ("Safari", "a Mac"):
        # Safari on an iPad says that it is on a Mac.
        system = "a Mac or iPad"
    return f"{browser} on {system}"
