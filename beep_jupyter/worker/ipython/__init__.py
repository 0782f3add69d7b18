"""What code of users finds where it imports IPython: the real one led here, or stand-ins where there is none.

Runs in the worker; loaded when something imports IPython.
"""
