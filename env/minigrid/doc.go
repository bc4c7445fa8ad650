// Package minigrid holds the grid worlds of Minigrid 3.1.0 (Chevalier-Boisvert et al. 2023): the same layouts for the same
// seeds, the same observations, rewards and ends, bit for bit, and the same pictures.
//
// [New] makes the world of an id, such as "MiniGrid-DoorKey-8x8-v0"; [IDs] lists them and [Describe] says what each asks for.
// [ParseMap] makes worlds that are drawn in text files; [Map] is the manual.
//
// Seeding with s and resetting is reset(seed=s) of the original; resetting again continues the stream, as reset() does.
//
// An agent stands on a square and looks along one of four directions: 0 right, 1 down, 2 left, 3 up; x grows to the right
// and y downwards from the top left corner. All worlds share the actions left, right, forward, pickup, drop, toggle, done, but
// for Dynamic-Obstacles, which has the first three, and the observation, unless a [Config] asks for another:
//
//   - an image [7, 7, 3] of bytes: kind, colour and state of each square in view. The first axis is depth: row 6 holds the
//     agent's own square and row 0 is farthest ahead. The second is lateral: column 0 is the agent's left. That is the
//     transpose of the original's image[vx][vy]; the digests of [World.AppendReset] use the original's order. What walls
//     and doors hide is (0, 0, 0); the agent's own square, column 3 of row 6, shows what is carried.
//   - a vector of floats: the direction as one-hot and, where the mission differs from episode to episode, its words as tokens
//     (see below).
//
// A goal reached at step t of at most T pays 1 - 0.9 t/T; everything else pays 0 unless a family says otherwise. After T
// steps an episode is truncated.
//
// A Config shows the whole grid, another number of squares ahead, one-hot bytes or pixels: Config.New makes such a world, and so
// does New of an id with options behind a colon, such as "MiniGrid-DoorKey-8x8-v0:full,rgb".
//
// # Missions
//
// [World.Mission] tells in words what is to be done. Where that differs from episode to episode, the vector has a second field,
// "mission", with a float for each word of the longest mission of the id: the word's index in [Words], and 0 where the mission
// has ended. All worlds share the words, so that a policy can be taken from one to another. Commas are left out.
//
// # Families
//
// All ids of Minigrid but those of WFC. The type of a family says more.
//
//	Empty                cross an empty room to the goal
//	DoorKey              take the key, unlock the door, go to the goal
//	FourRooms            find the goal in four connected rooms
//	LavaCrossing         cross rivers of lava to the goal
//	SimpleCrossing       pass the gaps in the walls to the goal
//	DistShift            pass strips of lava to the goal; one lies elsewhere in the test
//	LavaGap              pass the gap in a wall of lava to the goal
//	Dynamic-Obstacles    reach the goal among moving balls; bumping costs 1
//	Fetch                pick up the thing that the mission names
//	GoToDoor             stand next to the door that the mission names and say so
//	GoToObject           stand next to the thing that the mission names and say so
//	PutNear              put one thing that the mission names near another
//	Memory               see a thing, walk down a hallway, turn to its like
//	RedBlueDoors         open the red door, then the blue one
//	MultiRoom            pass through a row of rooms to the goal
//	LockedRoom           find the key of the locked room, and the goal in it
//	Unlock               take the key and open the door
//	UnlockPickup         and pick up the box behind it
//	BlockedUnlockPickup  and first carry away the ball in front of it
//	KeyCorridor          find the key, unlock the room, pick up the ball
//	ObstructedMaze       find hidden keys, clear blocked doors, pick up the ball
//	Playground           nine rooms full of things, and nothing to do
//	BabyAI               do what an instruction says: one room and one thing, up to nine rooms and four tasks in order
//
// # Milestones, potential, plans
//
// For shaped rewards and for judging agents, worlds tell more than agents see. [World.Milestones] are the steps on the way to
// success that have been reached, with names. [World.Potential] is how far success is: at least so many steps, exactly where only
// the way counts. [World.Plan] finds the quickest way there is, [World.NearPlan] one that is nearly as quick. [World.Key] tells
// states apart. The comment of each family says what its milestones are and what its potential takes into account.
//
// Spec.Best is what the quickest ways pay on average, over the episodes of seeds 0 to 99, or 0 to 9 in large mazes.
//
// The instructions of BabyAI are planned and measured too. Among many things that can be put anywhere the planner may run out of
// states: of a few episodes of UnlockFixed, MoveTwoAcrossS8N9, SynthSeq and BossLevel Best counts near plans, which leaves it less
// than 0.01 too low; GoToSeq, SynthS5R2 and MiniBossLevel have an episode without any, and no Best.
//
// # States
//
// A world can be saved in the middle of an episode: [World.AppendState] writes bytes for machines, [World.MarshalJSON] the same for
// people, with the generator in NumPy's terms. Both are exact, and what is read is checked.
//
// # Quirks of the original
//
// They are kept. MultiRoom-N4-S5-v0 has six rooms; version 1 has four. In version 0 of ObstructedMaze with blocked doors a
// ball may take the place of a hidden key, whose door then stays locked. Memory toggles when told to pick up. GoToObject asks for
// where the thing lay first, even if it has been carried away. Dynamic-Obstacles counts as a bump what was ahead before the
// balls moved.
//
// Of BabyAI, Unlock and GoToImpUnlock may put the key behind its door; the first observation of PutNext...Carrying does not show
// what is in hand; UnlockPickup has 72 steps where 288 were meant; Synth, SynthS5R2, SynthLoc and SynthSeq do not ask for what
// lies where an earlier episode had a locked room; OpenDoorsOrder...Debug cannot be done where it asks for two doors, because opening
// the first is failure at the second. The ids with Fixed before the version do without, BabyAI-UnlockFixed-v0 for
// one. What was looked for counts as being where it lay until something is dropped, even if it has been carried away. Where the
// original hangs because the agent can be put nowhere, another layout is made.
//
// # Adding a family
//
// A family is one file: a type with generate and mission, the list of its ids, and one line in the table of registry.go.
// Families with rules of their own implement judge, or preparer for what comes before the step; those that remember something
// of the episode implement keeper, most of them by embedding task; those that ask for something implement aimer, which is what
// plans and the potential go by, and list their milestones. Those with rooms in rows and columns embed roomGrid. A level of
// BabyAI is a function that lays out its rooms and asks for something, and a line in babyaiids.go; a type of its own implements fork
// too, so that planning changes a copy.
// generate must draw its random numbers in the original's order; place, placeAgent and the methods of roomGrid do.
package minigrid
