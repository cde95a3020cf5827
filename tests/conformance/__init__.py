# SPDX-License-Identifier: Apache-2.0
"""A second implementation of docs/protocol.md, written from its text alone.

It shares no code with `verifier-core` and needs nothing but Python 3.11. Where it and the vectors disagree, one of
the three (text, vectors, implementation) is wrong. It is a test, not a product: it checks, and issues nothing.
"""
