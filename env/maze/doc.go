// Package maze draws mazes as they look from within, quickly and without a graphics card, and sets tasks in them: those of
// DeepMind Lab that UNREAL and its successors learned, My Way Home of ViZDoom, Memory Maze, the T-maze. Layouts, textures and
// things are the package's own; dimensions, clocks and rewards follow the originals.
//
// Beside them is one maze that is seen from above, see [Overhead].
//
// [New] makes the world of an id, such as "Maze/Static01-84x84-v0"; [IDs] lists them and [Describe] says what each asks for. The
// rules of a task stand in the file named after its family, with the headings Goal, Actions, Observation, Reward, End. [NewWith]
// takes other settings, see [Config].
//
// # What the agent gets
//
// The observation is an image [Size, Size, 3] of red, green and blue, and beside it the velocity of the last decision: ahead, to the
// right and turning to the right, each as a fraction of the greatest. A decision lasts several tics of motion, of which only the
// last is drawn. The agent is a disc of radius 0.2 tiles that slides along walls; it touches things within 0.4 tiles.
//
// Signals, for auxiliary tasks only:
//
//   - depth_bands [4, 16]: the distance in a strip around the horizon, in bands 0 (near) to 7 (Mirowski et al. 2017);
//   - pose [4]: x and y in tiles on a map whose y grows downwards, cosine and sine of the heading;
//   - velocity [3]: as beside the image;
//   - loop [1]: 1 if the agent is back within a tile of where it was in this episode, after it was more than two tiles away;
//   - depth [Size, Size]: before all others, if Config.FullDepth asks for it: the distance of each pixel along the axis of view, in
//     tiles.
//
// # Levels and seeds
//
// A level is walls, what stands in them, and looks. Config.Layout and Config.Texture, or options behind the id, seed the two halves of
// it, apart from each other;
// the seed of a world draws which level an episode takes place in, where the agent begins and whatever else differs between
// episodes. Most tasks have one level; Memory Maze has another one in every episode; worlds with -Train in their id draw from 200
// levels, those with -Test from all others in the upper half.
//
// # Best
//
// Best in a Spec is what a player who knows the map gets in the mean of 16 episodes: one that goes the shortest way to the next
// goal, with small detours to apples. Of T-mazes it is the greatest return there is; in the others a perfect player may get a
// little more.
package maze
