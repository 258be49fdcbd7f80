"""`python -m fakeaws --tables 2500 --latency-ms 20`: the fake as a program of its own."""

from fakeaws.server import main

main()
