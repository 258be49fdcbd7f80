"""Live values taken over into code: which edit of which file makes the code say what AWS has.

Nothing is known about an edit before it was tried: each is proposed from where a value comes from, and holds only if
the code, read and evaluated again with the edit in it, and compared again with the same reading, has lost the drift.
"""
