package cli

import (
	"fmt"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/live"
)

// broadcast shows a run in training to those who look on.
type broadcast struct {
	server *live.Server
	run    *agent.Run
}

// goLive opens a run to viewers. That a viewer cannot connect is no reason not to train.
func (a *app) goLive(r *agent.Run) *broadcast {
	peek := live.NewPeek()
	b := &broadcast{server: live.NewServer(peek, live.Default()), run: r}
	if err := b.server.Listen(r.Path()); err != nil {
		fmt.Fprintf(a.err, "%s: warning: this run cannot be watched from outside: %s\n", a.name, tidy(err.Error()))
	}
	r.Peek(peek)
	return b
}

// end tells viewers how training ended and lets go of them. What is left of the socket is in nobody's way.
func (b *broadcast) end(how live.End) {
	b.run.Peek(nil)
	_ = b.server.Close(how)
}
