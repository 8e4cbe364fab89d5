"""What a joker or an attacker types where words are asked for. `{web}` is an address at which somebody listens."""

from dataclasses import dataclass, field

LINES = (
    "<script>alert(1)</script>",
    "<script src={web}/s.js></script>",
    "<img src={web}/i.png onerror=alert(1)>",
    "<svg/onload=alert(1)><use href={web}/u.svg#x></svg>",
    "</title></textarea></bdi></li><iframe src={web}/f>",
    '" autofocus onfocus="alert(1)" x="',
    "' onmouseover='alert(1)",
    "<form action={web}/x><button formaction={web}/y>",
    '<meta http-equiv=refresh content="0;url={web}/m">',
    "<base href={web}/><link rel=stylesheet href={web}/c>",
    "<style>@import url({web}/j.css)</style>",
    "<object data={web}/o><embed src={web}/e>",
    "<a href=javascript:alert(1)>x</a>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1))",
    "<vbscript:msgbox(1)> <data:text/html,x>",
    "`x`{=html} ```{=openxml} ::: div",
    "\\input{/etc/passwd} \\href{javascript:alert(1)}{x}",
    "$\\x$ %(x)s {0.__class__} ${7*7} #{7*7}",
    "{{ 7 * 7 }} {% raw %} {# x #} {{ config }}",
    '=HYPERLINK("{web}/h","x")',
    "+1+cmd|’/C calc’!A0",
    "-2+3",
    "@SUM(1+1)",
    "＝1＋1",
    "&lt;script&gt; &#x202E; &colon;",
    "]]> <!-- --> <![CDATA[ <?xml?>",
    "DDEAUTO cmd.exe INCLUDETEXT {web}/d",
    "Subject: x; Bcc: evil@example.org",
    "=?utf-8?q?=0ABcc=3A_evil=40example.org?=",
    "*a* _b_ [@vale2026] [^1] | c | ~d~ ^e^",
)

# Each is one block of a text: what is typed, and words that its reader must find as they were typed. Empty: nothing of it is for reading.
BLOCKS: tuple[tuple[str, str], ...] = (
    ("Block one <script>alert(1)</script>.", "<script>alert(1)</script>"),
    ('<div onclick="alert(1)" style="background:url({web}/b.png)">Block two</div>', "Block two"),
    ("<img src={web}/i.png onerror=alert(1)> Block three", "onerror=alert(1)"),
    ("```{=html}\n<script>alert(4)</script>\n```", "<script>alert(4)</script>"),
    ("```{=openxml}\n<w:p><w:r><w:t>five</w:t></w:r></w:p>\n```", "five"),
    ("Block six `<b onload=alert(1)>`{=html} and `\\input{/etc/passwd}`{=tex}.", "<b onload=alert(1)>"),
    ("\\begin{document}\\input{/etc/passwd}\\end{document} and $\\href{javascript:alert(1)}{x}$", "\\href{javascript:alert(1)}{x}"),
    ("[Seven](javascript:alert(1)) [of](JaVaScRiPt:alert(1)) [the](&#106;avascript:alert(1)) [kind](javascript&colon;alert(1))", "Seven"),
    (
        "[Eight](vbscript:msgbox(1)) [too](data:text/html;base64,PHNjcmlwdD4=) [a](file:///etc/passwd) [b](//evil.example.org) [c](/desk)",
        "Eight",
    ),
    ('[Nine][bad] <javascript:alert(1)> <data:text/html,x>\n\n[bad]: javascript:alert(1) "onclick=alert(1)"', "Nine"),
    ('[Ten](https://example.org/"onmouseover="alert(1)) and [more](https://example.org "x\\" onclick=\\"alert(1)")', "Ten"),
    ("# Eleven {onclick=alert(1) style=x}", "Eleven"),
    ("[Twelve]{.x onclick=alert(1)}\n\n::: {#x onclick=alert(1)}\nTwelve and a half\n:::", "Twelve and a half"),
    ("| <script>alert(13)</script> | [x](javascript:alert(1)) |\n|---|---|\n| {{ 7 * 7 }} | =1+1 |", "{{ 7 * 7 }}"),
    ("Fourteen.[^n]\n\n[^n]: <script>alert(14)</script> [y](javascript:alert(1))", "<script>alert(14)</script>"),
    ("- <iframe src={web}/f></iframe>\n- <svg onload=alert(1)>\n    - <style>\\@import url({web}/j.css)</style>", "<svg onload=alert(1)>"),
    ("<base href={web}/><meta http-equiv=refresh content=0;url={web}/m><link rel=stylesheet href={web}/c.css>", "http-equiv=refresh"),
    ("<form action={web}/x><input name=a><button>Send</button></form>", "<button>Send</button>"),
    ("{% include '/etc/passwd' %} {{ config }} ${7*7} %(x)s {0.__class__}", "{{ config }}"),
    ("<!-- nineteen --> <![CDATA[ x ]]> <?php echo 1 ?>", "<![CDATA[ x ]]>"),
    ("> " * 30 + "twenty deep", "twenty deep"),
    ('Cited [<script>alert(21)</script> @vale2026, p. <b>9</b> "onclick="].', "<script>alert(21)</script>"),
    ("&lt;script&gt; &#60;img src=x onerror=alert(22)&#62;", "<img src=x onerror=alert(22)>"),
    ("Signed by <a href=javascript:alert(1)>nobody</a>, <https://example.org/?q=<script>>", "<a href=javascript:alert(1)>"),
    ("DDEAUTO c:\\\\windows\\\\cmd.exe INCLUDEPICTURE {web}/p.png", "DDEAUTO"),
    ("Zwölf Boxkämpfer jagen Viktor – “quoted”, Ελληνικά, العربية, עברית, 日本語", "Ελληνικά"),
)
TITLE_BLOCK = "% A title of pandoc\n% An author\n\n---\ntitle: x\nheader-includes: <script>alert(0)</script>\n---\n\n"


def statement(web: str) -> str:
    """All blocks as one text, which can be converted."""
    return TITLE_BLOCK + "\n\n".join(block for block, _words in BLOCKS).replace("{web}", web) + "\n"


def expected(web: str) -> list[str]:
    """What a reader of that text has to find in it, letter by letter."""
    return [words.replace("{web}", web) for _block, words in BLOCKS]


@dataclass
class Deal:
    """Hands the lines out in turn, as many as a field can hold, and keeps what each field was given."""

    web: str
    place: int = 0
    given: list[tuple[str, str]] = field(default_factory=list)

    def line(self, name: str, longest: int) -> str:
        """One line for this field, which begins with words that no other has."""
        said = f"{name.capitalize()} {len(self.given)}"
        while len(more := f"{said} {self._next()}") <= longest:
            said = more
            self.place += 1
        self.given.append((name, said))
        return said

    def formula(self, name: str, longest: int) -> str:
        """The same, beginning with what a spreadsheet takes for a formula."""
        said = f"={self.line(name, longest - 1)}"
        self.given[-1] = (name, said)
        return said

    def _next(self) -> str:
        return LINES[self.place % len(LINES)].replace("{web}", self.web)
