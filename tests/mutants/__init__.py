"""Do the tests notice? Changes of one line at random, and the tests of the room run on each."""
