"""AWS behind the doors of `ports`: boto3's core is imported here and nowhere else, and only once somebody
connects.

``connection`` makes a World, ``sessions`` the clients, ``client`` is the door itself, ``lists`` knows how
lists are paged, ``remembering`` reads each thing once, ``errors`` says what an answer means, ``clock`` is
real time. What to ask, and what to make of the answers, is decided elsewhere.
"""
