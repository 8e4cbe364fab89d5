"""The longest and the most that is taken of anything typed or uploaded; forms, services and tests read them here."""

from datetime import timedelta

TITLE = 200
PRINTED_NAME = 200
PERSON_NAME = 120
OFFICE = 160
EMAIL = 254
ACRONYM = 30
SOCIETY_KIND = 80
CITATION = 600
DOI = 200
ROLE = 60
AFFILIATION = 300
ORCID = 40
COMPETING_INTERESTS = 2_000
JOURNAL = 200
ADDRESSEE = 500
POSTAL_ADDRESS = 300
POSTAL_LINES = 6
REVISION_NOTE = 300
REVISION_NUMBER = 1_000_000
REVISIONS_ON_A_PAGE = 20
TEXT_NAME = 80
TEXTS = 12
TRANSLATOR = 200
MESSAGE = 2_000
MAIL_SUBJECT = 200
MAIL_WORDS = 5_000
QUOTE = 2_000
REMARK = 4_000
WORDING = 4_000
COMMENTS_OF_SOCIETY = 200
COMMENTS = 2_000
STATEMENT = 100_000
REFERENCES = 200
REFERENCES_TYPED = 400_000
REFERENCE_LINE = 1_000
REFERENCE_NAMES = 30_000
IDENTIFIER = 300
DECIDED_BY = 200
REASON = 4_000
ERRATUM = 400
WEB_ADDRESS = 2_000
TALK = 4_000
TALK_OF_SOCIETY = 200
NOTE = 4_000
MANUSCRIPT_NUMBER = 80
TARGETS = 10
AUTHORS = 30
SOCIETIES = 1_000

WORD_BYTES = 5_000_000
# Changes and comments that one Word file may bring.
WORD_REMARKS = 2_000
WORD_PARAGRAPHS = 3_000
PASTED = 1_000_000

VENUE_LINE = 200
VENUE_ITEMS = 20
VENUE_NUMBER = 100_000
VENUE_WINDOW = 3_650
VENUE_SLUG = 80
PAGE_ADDRESS = 500
VENUES_OF_A_TEXT = 10

# A receipt holds the whole text that was signed, and a mail program may save it with all its headers, in two forms.
RECEIPT = 1_000_000
PROOF_BYTES = 4_000_000
PROOF_NAME = 100
PROOFS_OF_AN_ANSWER = 10

ROSTER_BYTES = 1_000_000
ROSTER_ROWS = 1_000
# Our own export of a roster has 22.
ROSTER_COLUMNS = 30
ROSTER_CELL = 500

REQUEST_BYTES = 6_000_000
# Of a request that is larger still: read and thrown away, so that its sender learns why it was refused.
SWALLOWED_BYTES = 50_000_000
FORM_BYTES = 2_500_000
FORM_PARTS = 1_000

# The longest that a request may take; sealing waits it out (R9).
LONGEST_REQUEST = timedelta(seconds=30)

SIGN_IN_LINK_LIFE = timedelta(minutes=15)
# Not the ten minutes of ASVS 6.5.5: mail gateways that scan links delay messages by about that long.
CODE_LIFE = timedelta(minutes=30)
CODE_TRIES = 5
CODES_AN_HOUR = 5
CODES_OF_A_PERSON_AN_HOUR = 15
# How long a coordinator who has proved who they are need not do so again.
PROOF_LIFE = timedelta(minutes=15)
LINK_REQUESTS_AN_HOUR = 3
LINK_REQUESTS_OF_A_NETWORK = 10
LINK_REQUESTS_OF_A_LETTER = 60
LINK_MISSES_IN_TEN_MINUTES = 30
# An editorial office may hold many files that were never sealed here.
UNKNOWN_FILES_IN_TEN_MINUTES = 100
PUBLIC_MISSES_IN_TEN_MINUTES = 300
TEST_MAILS_AN_HOUR = 10
# Room for the offices of many societies behind one address; a single code gives five tries anyway.
WRONG_CODES_AN_HOUR = 100

DESK_IDLE = timedelta(minutes=60)
DESK_LONGEST = timedelta(hours=12)
ROOM_IDLE = timedelta(minutes=60)
ROOM_LONGEST = timedelta(hours=12)

# A clock that goes back by no more than this is being kept right; by more, it was wrong, or it is (`bar.md` F10).
CLOCK_STEP = timedelta(minutes=2)
AN_HOUR = timedelta(hours=1)
TOUCH_EVERY = timedelta(minutes=1)
# Mail that cannot be delivered is tried for three days, at growing distances.
MAIL_HORIZON = timedelta(hours=72)
MAIL_LEAST_TRIES = 12
# A message with which the program fails, or dies, every time is parked for a person.
MAIL_UNFINISHED = 8
# A sealing with which every worker dies is given up; one of which nothing was heard for so long can be asked for again.
SEALING_ATTEMPTS = 5
SEALING_SILENCE = timedelta(minutes=5)
LONGEST_CIRCULATION = timedelta(days=366)
LONGEST_BOARD_WAIT = timedelta(days=366)

FORMER_NAMES = 30
DOMAINS = 20
CONTACTS = 10
LOGO_BYTES = 2_000_000
LOGO_SVG_BYTES = 300_000
LOGO_SIDE = 4_000
LOGO_PIXELS = 16_000_000
SOCIETIES_ON_A_PAGE = 50

# A journal's answer with its attachments. The page of the correspondence reads larger ones too, so that nothing typed beside them is lost.
POST_BYTES = 10_000_000
POST_REQUEST_BYTES = 45_000_000
POST_FILES = 50
POST_PARTS = 200
POST_DEPTH = 20
# Lines times levels of a mail: what it costs to take it apart. A mail of 10 MB with ten attachments has two million.
POST_WORK = 4_000_000
POST_HEADER = 2_000
POST_LINE = 500
POST_TEXT = 200_000
POST_SUMMARY = 1_000
POST_ITEMS = 1_000
REPORTED_BY = 200

CLAIM = 1_000
CLAIM_PASSAGE = 500
CLAIMS = 30
COVERING_LETTER = 20_000
STATEMENT_ANSWER = 2_000
SHOWN_PLACE = 300
SHOWN_PLACES = 50
JOURNAL_MAIL = 20_000
JOURNAL_MAIL_BYTES = 10_000_000
JOURNAL_MAILS = 200
NEWS_SUBJECT = 150
NEWS_WORDS = 4_000
ASK_TITLE = 150
ASK_PROPOSAL = 10_000
ASK_REMARKS = 4_000
ASK_ROUNDS = 100
ASK_WORDS_OF_SOCIETY = 50
