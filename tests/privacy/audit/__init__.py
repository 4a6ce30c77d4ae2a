"""The audit: is what is published as private as is claimed? The production path is run, never a copy of it.

An audit gives a lower bound on the loss. It can prove a claim wrong and never prove it right.
"""
