// Package minigrid holds the grid worlds of Minigrid 3.1.0 (Chevalier-Boisvert et al. 2023): the same layouts for the same
// seeds, the same observations, rewards and ends, bit for bit, and the same pictures.
//
// [New] makes the world of an id, such as "MiniGrid-DoorKey-8x8-v0"; [IDs] lists them and [Describe] says what each asks for.
// Seeding with s and resetting is reset(seed=s) of the original; resetting again continues the stream, as reset() does.
//
// An agent stands on a square and looks along one of four directions: 0 right, 1 down, 2 left, 3 up; x grows to the right
// and y downwards from the top left corner. All worlds share the actions left, right, forward, pickup, drop, toggle, done and
// the observation:
//
//   - an image [7, 7, 3] of bytes: kind, colour and state of each square in view. The first axis is depth: row 6 holds the
//     agent's own square and row 0 is farthest ahead. The second is lateral: column 0 is the agent's left. That is the
//     transpose of the original's image[vx][vy]; the digests of [World.AppendReset] use the original's order. What walls
//     and doors hide is (0, 0, 0); the agent's own square, column 3 of row 6, shows what is carried.
//   - a vector of 4 floats, the direction as one-hot.
//
// A goal reached at step t of at most T pays 1 - 0.9 t/T; everything else pays 0 unless a family says otherwise. After T
// steps an episode is truncated.
//
// # Adding a family
//
// A family is one file: a type with generate and mission, the list of its ids, and one line in the table of registry.go.
// Families with rules of their own implement ruler, those that remember something of the episode keeper. generate must draw
// its random numbers in the original's order; place and placeAgent do.
package minigrid
