"""The fault harness: the real application on a real server, and what happens to it when things break.

`site.py`     an installation of its own: database, listening socket, web server; `start()`, `kill()`, forked in a tenth of a second
`nursery.py`  the process from which web servers are forked: everything is imported once, so that 500 restarts take minutes
`people.py`   representatives prepared by the services up to the POST that matters, and clients that repeat it until acknowledged
`campaign.py` clients at work while a fault strikes again and again
`books.py`    what must agree at the end: acknowledged, answers, events, receipts, jobs, chain
`slow.py`     clients that send piece by piece, stop in the middle, or go away
`traced.py`   one worker under strace: its system calls in order, and death at a chosen one (only under `make assure`)
`full_disk.py` a whole site with its worker on a disk of its own, which is filled up (only under `make assure`)
`jumping_clock.py`  the same by a clock of its own, which is set back and forth (only under `make assure`)
`planted.py`  the same application with a fault on purpose: each must be found by the same books

A new fault needs a function that strikes, and a planted application that makes `books.audit` complain. Where clients write on another
path than sign-on, add a kind of work to `people.py` and its rows to `books.py`.
"""
