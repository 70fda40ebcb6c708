"""What each answer holds. These schemas document; answers are made without them (a contract test compares).

``unknown = RAISE`` becomes ``additionalProperties: false``: an answer may not have a field that is not
documented. Records are the exception: they keep fields that this node does not know, and their schemas are
the exchange's.
"""
