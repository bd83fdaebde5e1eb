"""The hotline: where strangers meet. Three stories, each told once.

    receive.py   a worker writes
    act.py       an officer acts
    tick.py      time passes

Around them: process (whose keys), records (what is sealed under the service key), casefile (a
case's key, words and facts), owing (what is owed to a worker), reading (what an officer sees),
disclosing, releasing and planning (issues, buyers, actions), erasing.
"""
