"""The closed loop: a game is shown to a substrate, whose response an agent turns into an action.

`bl1.loop.session.make_session` builds one from options, `Session` runs it.
"""
