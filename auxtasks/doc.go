// Package auxtasks is what one adds to the loss and to the reward of an agent, so that it learns what the world's own reward teaches
// too slowly: auxiliary tasks, intrinsic and shaped rewards, and the machinery that runs them.
//
// It can be used at three depths.
//
// # Functions
//
// Every target is a plain function on slices, for somebody's own loop in somebody's own engine: PixelChange and FeatureChange say how
// much the parts of an observation change, Returns sums such changes, or rewards, up to where an episode ends, MaxQ gives what is to
// come, RewardClasses are the labels of reward prediction, ExplainedVariance and Lift say what a prediction is worth. They know
// nothing of worlds, networks or optimisers.
//
// # A task on your own network
//
// A [Task] is a head, or several, on activations of a network; [Tap] is such an activation with a place for its gradient. Whoever has
// a network of their own, in this engine or another, describes it by a [Dims], makes the task, and in each update fills a [Batch] and
// hands the taps that Needs declares to Loss:
//
//	task, err := auxtasks.New("reward-prediction", nil, dims)
//	...
//	report := task.Loss(&auxtasks.Input{Batch: batch, Taps: [][]*auxtasks.Tap{{tap}}}, weight)
//
// Loss adds the weighted gradient to the Grad of the taps, where the network's own backward pass goes on from, and to the task's
// heads, which an nn.Optimizer steps. It allocates nothing.
//
// # Tasks on an encoder
//
// Whoever implements [Encoder] with their network has the rest done too: sequences are drawn, the encoder runs once for all tasks that
// read the same rows, gradients are weighed and measured. The project's own learner works this way.
//
// # Rows, sequences and ends
//
// A Batch is sequences of transitions, see [github.com/auxrl/auxrl/replay.Batch]. What came after a transition is found through Next
// and never belongs to another episode: the last transition of an episode leads to its true last observation. An episode that
// terminated is worth nothing after that; one that was truncated, or of which no more was drawn, is worth what the network expects of
// the last observation. Transitions of weight 0, such as padding, are not learned from and not counted; if none is left Report.Rows is
// 0, which says that the loss is not defined this time. Gradients are those of the mean over what counts.
//
// # Index of tasks
//
//	name               learns                                             reads                                 weight
//	deep-supervision   to act and judge from inner convolutions           the objective's own pass              1
//	depth              how far away is what is seen                       sequences of the newest, depth_bands  1
//	entropy            to stay undecided                                  the objective's own pass              0.01
//	feature-control    to change what the second convolution sees         sequences of the past                 1
//	inverse-dynamics   which action led from one observation to the next  sequences of the newest               0.1
//	jigsaw             how the pieces of an image were put                images of the past                    0.1
//	loop-closure       whether this place was seen before                 sequences of the newest, loop         1
//	pixel-control      to change what is seen, cell by cell               sequences of the past                 1
//	reward-prediction  whether a reward comes next, and its sign          windows of the past                   1
//	rotation           how an image was turned                            images of the past                    0.1
//	temporal-distance  how many steps lie between two observations        sequences of the past                 0.4
//	value-replay       the critic's returns, again                        sequences of the past                 1
//	NewImages          to classify images of somebody else                its own rows                          0.1
//
// Pixel control, reward prediction and value replay together are UNREAL (Jaderberg et al. 2016); depth and loop closure, which read
// signals of a world, are Mirowski et al. 2017; rotation and jigsaw, which see changed images, are of no use to the policy by
// themselves, and with random labels rotation is there to do harm, for experiments. Kinds lists what is registered, with
// default settings, sources and costs; the constructors' comments have the formulas.
//
// # Index of bonuses
//
//	name               pays                                      into            moves the optimum               reads
//	critic-offset      nothing: the value is V' + Φ              the world's     no, exactly                     Potential
//	potential-shaping  γΦ' - Φ                                   the world's     no, exactly                     Potential
//	milestones         as a potential, or once for each reached  the world's     no; as a bonus: yes             Milestones
//	counts             β/√N, N of the whole run                  one of its own  less and less                   images, or Key
//	episodic-counts    β, or β/√N, N of the running episode      one of its own  yes: look around, then go home  images, or Key
//
// Which one? Where the world knows the distance to the goal, critic-offset: it costs nothing and cannot be gamed. Where it knows the
// steps on the way, milestones. Where nobody knows anything, what is new: counts if one layout is played again and again,
// episodic-counts if every episode has another, both if in doubt. A bonus that moves the optimum is made harmless by Fade, or by Repay in the
// world's stream; see [Payment]. Shaping, MilestoneBonus, CountBonus, Owed, [Normalizer], [Repayment] and [Frozen] are the same as
// functions and types for somebody's own loop.
//
// # A task of your own
//
// It is one type with Needs, Heads and Loss, and a call of Register; the examples show one in forty lines.
// Package tasktest holds it to the contract that all tasks here are held to.
package auxtasks
