// Package viz shows an agent at work.
//
// A [Snapshot] is plain data: what the world looks like at one moment, what the agent sees of it, and what it thinks. A [Sink]
// shows snapshots: a [Terminal] draws them with text cells, a [Recorder] writes them to a file of one of the [Formats]. What the agent's
// auxiliary tasks make of the moment is a [Thought] each. Whatever shows pixels leaves the drawing to one software renderer, the
// [Dashboard], which fills an image.RGBA; so every sink shows the same picture, and a golden PNG covers them all.
//
//	sink := viz.NewTerminal(os.Stdout, viz.TerminalSize(os.Stdout), viz.DetectColor(os.Getenv))
//	defer sink.Close()
//	pace := viz.NewPacer(15, viz.SystemClock{})
//	for step(&snap) {
//		snap.History.Append(snap.Value, snap.Reward)
//		if err := sink.Show(&snap); err != nil {
//			return err
//		}
//		if err := pace.Wait(ctx); err != nil {
//			return nil // interrupted; Close restores the terminal and finishes files
//		}
//	}
//
// Invariants: the package imports nothing else of the project; nobody keeps a snapshot or its pictures after Show returns;
// nothing but [SystemClock] reads the clock; after the first frame, showing another of the same shape allocates nothing, labels of pages apart.
// No type here may be used from two goroutines at once.
package viz
