// Package minatar holds the five games of MinAtar (Young & Tian 2019): Asterix, Breakout, Freeway, Seaquest and Space
// Invaders on a board of 10 by 10. The same seeds and actions lead to the same boards, rewards and ends, bit for bit; the
// games are written from a description of their rules.
//
// [New] makes the world of an id, such as "MinAtar/Breakout-v1"; [IDs] lists them and [Describe] says what each asks for.
// Ids that end in -v0 have all six actions (noop, left, up, right, down, fire), those that end in -v1 only the ones that do
// something in their game. Seeding with s and resetting is seed(s) and reset() of the original; resetting again continues the
// stream. The original knows seeds below 2^32; larger ones are ours.
//
// The observation is an image [10, 10, C] of bytes, 0 or 1, one channel for each kind of thing; each game's file names its
// channels. Some things have a second channel that shows where they were, or whither they go, so that one image says all
// that matters but timers.
//
// # What is odd
//
// Kept, because the numbers depend on it:
//
//   - With probability 0.1 the action taken before is taken once more, whatever was chosen; see [Config]. The remembered
//     action survives Reset. It does not survive Seed.
//   - Breakout's ball flies through bricks until it is clear of them after it struck one.
//   - Seaquest's bullets, fish and divers that equal each other can be moved twice in a step when one of them goes.
//   - Seaquest counts one diver too few after a full load: the gauge stays empty until two more are on board, and until
//     one is, coming up for air costs nothing.
//   - Space Invaders shows aliens that reach the ground at the top of the last image.
//
// No episode is truncated unless [Config] says so: Freeway ends by its own clock, as a termination. Published results differ
// in sticky actions, action sets and caps; they say little without them.
package minatar
