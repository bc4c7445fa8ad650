// Package live carries moments of a run in training to those who look on, in the same process or through a socket in the run's
// directory.
//
// The learner leaves a [Frame] in a [Peek] when it was asked for one; it never waits, allocates nothing, and computes nothing while
// nobody looks. A [Server] asks, at most so many times a second, and sends what comes to every client that keeps up; to others it
// sends the next. Clients are not trusted: what they send is one byte long or they are cut off, and what they do not read is
// dropped. A [Client] receives.
//
// A connection begins with the 16 bytes "auxrl watch" and four digits, the version. Messages to the client follow, each a kind (one
// byte), a length (uint32) and so many bytes; numbers are little endian. The client sends the byte 'p' to be given parameters, which
// come when the update under way is over.
package live
