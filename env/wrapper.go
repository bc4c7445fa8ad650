package env

import (
	"errors"
	"fmt"
)

// As returns the first of w and the worlds it wraps that has the ability A, such as Renderer: a wrapper hides nothing of what it
// wraps, except what it does itself. A wrapper of one's own takes part by having a method Unwrap() Env.
//
// Stateful is the one ability that is not looked for inside: what a wrapper keeps is part of the state.
func As[A any](w Env) (a A, ok bool) {
	_, whole := any(&a).(*Stateful)
	for {
		if a, ok = w.(A); ok || whole {
			return a, ok
		}
		outer, more := w.(interface{ Unwrap() Env })
		if !more {
			return a, false
		}
		w = outer.Unwrap()
	}
}

// wrapper is what wrappers have in common: a world inside, and a Spec that may differ from its.
type wrapper struct {
	Env
	spec  Spec
	inner Stateful // the same world; nil: it cannot be saved, and so the wrapper, inside an unsaved
}

func wrapped(w Env) wrapper {
	inner, _ := w.(Stateful)
	return wrapper{Env: w, spec: w.Spec(), inner: inner}
}

// Spec describes the world as it is seen through the wrapper.
func (w *wrapper) Spec() Spec { return w.spec }

// Unwrap returns the world inside.
func (w *wrapper) Unwrap() Env { return w.Env }

// AppendState appends the state of the world inside.
func (w *wrapper) AppendState(b []byte) []byte { return w.inner.AppendState(b) }

// RestoreState continues what AppendState saved.
func (w *wrapper) RestoreState(b []byte) error { return w.inner.RestoreState(b) }

// split returns the first n bytes of a state, the wrapper's own, after restoring the world inside from the others.
func (w *wrapper) split(b []byte, n int) ([]byte, error) {
	if len(b) < n {
		return nil, errWrapper
	}
	return b[:n], w.inner.RestoreState(b[n:])
}

// act panics on an action that the world does not have, before a wrapper does anything with it.
func (w *wrapper) act(action int) {
	if uint(action) >= uint(len(w.spec.Actions)) {
		panic("env: Step: no such action")
	}
}

var errWrapper = errors.New("env: restore: not a state of this wrapper")

// unsaved hides that a wrapper could be saved, because the world inside cannot.
type unsaved struct{ Env }

// Unwrap returns the wrapper.
func (u unsaved) Unwrap() Env { return u.Env }

// honest returns w as it may be shown: as Stateful only if the world inside is.
func honest(w interface {
	Env
	Unwrap() Env
}) Env {
	if _, ok := w.Unwrap().(Stateful); ok {
		return w
	}
	return unsaved{w}
}

// layers counts how many wrappers of the kind W are around the world, so that each has a random stream of its own.
func layers[W Env](w Env) uint64 {
	n := uint64(0)
	for {
		if _, ok := w.(W); ok {
			n++
		}
		outer, more := w.(interface{ Unwrap() Env })
		if !more {
			return n
		}
		w = outer.Unwrap()
	}
}

// refused says that a world cannot be wrapped so.
func refused(w Env, format string, args ...any) error {
	return fmt.Errorf("env: %s: %s", w.Spec().ID, fmt.Sprintf(format, args...))
}
