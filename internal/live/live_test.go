package live

import (
	"math"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/run"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// example returns a frame of which nothing is zero.
func example(k int) *Frame {
	x := float32(k)
	return &Frame{
		Serial: 1, Step: int64(k), Updates: 3, Episodes: 4, Recent: [2]float32{0.5, 0.25}, Age: 7, Return: -1.5, Action: 2, Value: x,
		Policy: []float32{0.5, 0.25, 0.25}, Obs: []byte{1, 2, byte(k)}, Vec: []float32{1, 0}, World: []byte("state"), Picture: []byte{9, 9, 9, 9},
		Size: [2]int64{1, 1}, State: []float32{x, -x}, LastAction: -1, LastReward: 0.5,
		Trace: []Moment{{1, 2}, {x, 3}}, Loss: Losses{1, 2, 3, 4, 5, 6},
		Tasks: []Task{{"pixel-control", 1, 2, 3, 4, 5}, {"reward-prediction", 5, 4, 3, 2, 1}},
	}
}

func TestFrameRoundTrip(t *testing.T) {
	var got Frame
	for k := range 3 {
		want := example(k)
		if k == 1 {
			want.Tasks, want.Trace, want.Policy = want.Tasks[:1], want.Trace[:1], want.Policy[:1]
		}
		b := appendFrame(nil, want)
		if err := DecodeFrame(b[header:], &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&got, want) {
			t.Errorf("got %+v, want %+v", got, *want)
		}
		for n := range len(b) - header {
			if DecodeFrame(b[header:header+n], new(Frame)) == nil {
				t.Fatalf("%d of %d bytes are taken for a frame", n, len(b)-header)
			}
		}
		if DecodeFrame(append(b[header:], 0), new(Frame)) == nil {
			t.Error("a byte too many is taken for part of a frame")
		}
	}
	b := appendFrame(nil, example(1))
	if n := testing.AllocsPerRun(100, func() { b = appendFrame(b, &got); _ = DecodeFrame(b[header:], &got) }); n != 0 {
		t.Errorf("a frame allocates %v times", n)
	}
}

func TestParamsRoundTrip(t *testing.T) {
	want := Params{Step: 12, Files: []run.File{{Name: "a.bin", Data: []byte{1, 2}}, {Name: "b", Data: []byte{3}}}}
	b := appendParams(&want)
	got, err := DecodeParams(b[header:])
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for n := range len(b) - header {
		if _, err := DecodeParams(b[header : header+n]); err == nil {
			t.Fatalf("%d of %d bytes are taken for parameters", n, len(b)-header)
		}
	}
}

// Whatever arrives is refused or is what it would be written as; a claim of length costs no memory.
func FuzzDecode(f *testing.F) {
	f.Add(appendFrame(nil, example(1))[header:])
	f.Add(appendParams(&Params{Step: 1, Files: []run.File{{Name: "x", Data: []byte{1}}}})[header:])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var x, again Frame
		if DecodeFrame(b, &x) == nil {
			if got := appendFrame(nil, &x)[header:]; string(got) != string(b) {
				t.Errorf("%x is written as %x", b, got)
			}
			if err := DecodeFrame(appendFrame(nil, &x)[header:], &again); err != nil {
				t.Error(err)
			}
		}
		if p, err := DecodeParams(b); err == nil {
			if got := appendParams(&p)[header:]; string(got) != string(b) {
				t.Errorf("%x is written as %x", b, got)
			}
		}
	})
}

// The taker gets the newest frame, whole, each at most once, and neither side waits.
func TestPeek(t *testing.T) {
	p := NewPeek()
	if p.Take() != nil {
		t.Error("there is a frame before any was published")
	}
	publish := func(k int) {
		f := p.Frame()
		f.Step, f.Trace = int64(k), append(f.Trace[:0], make([]Moment, k%5)...)
		p.Publish()
	}
	publish(1)
	publish(2)
	if f := p.Take(); f == nil || f.Step != 2 {
		t.Errorf("got %+v, want the newer of two", f)
	}
	if p.Take() != nil {
		t.Error("a frame is taken twice")
	}
	publish(3)
	if f := p.Take(); f == nil || f.Step != 3 {
		t.Errorf("got %+v, want the one after", f)
	}

	const n = 20_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for k := 4; k < n; k++ {
			publish(k)
		}
	}()
	last := int64(3)
	for open := true; open || last < n-1; {
		select {
		case <-done:
			open, done = false, nil
		case <-p.Ready():
			f := p.Take()
			if f == nil {
				continue
			}
			if f.Step <= last || len(f.Trace) != int(f.Step%5) {
				t.Fatalf("frame %d with %d moments after %d", f.Step, len(f.Trace), last)
			}
			last = f.Step
			runtime.Gosched()
			if len(f.Trace) != int(f.Step%5) {
				t.Fatal("a frame changed after it was taken")
			}
		}
	}
}

func TestPeekParams(t *testing.T) {
	p := NewPeek()
	p.Give(Params{Step: 1})
	select {
	case <-p.Params():
		t.Error("parameters come that nobody wanted")
	default:
	}
	p.Want()
	if p.Give(Params{Step: 2}); p.Wanted() || (<-p.Params()).Step != 2 {
		t.Error("what was wanted does not come")
	}
}

const rowLen = 5000 // bytes of an observation

// learner publishes frames as a run does, until stopped: it never waits.
func learner(p *Peek) (stop func() (steps int64)) {
	quit, done := make(chan struct{}), make(chan int64)
	go func() {
		for k := int64(1); ; k++ {
			select {
			case <-quit:
				done <- k
				return
			default:
			}
			if p.Wanted() {
				p.Give(Params{Step: k, Files: []run.File{{Name: "w", Data: make([]byte, 1000)}}})
			}
			if p.Watched() && p.Asked() {
				f := p.Frame()
				f.Step, f.Value, f.Recent, f.Obs = k, float32(k), [2]float32{float32(math.NaN())}, append(f.Obs[:0], make([]byte, rowLen)...)
				p.Publish()
			}
			runtime.Gosched()
		}
	}()
	return func() int64 { close(quit); return <-done }
}

// frames waits for n frames.
func frames(t *testing.T, c *Client, n int) {
	t.Helper()
	last := int64(0)
	for n > 0 {
		select {
		case <-c.Ready():
			if f := c.Take(); f != nil {
				if f.Step <= last || len(f.Obs) != rowLen {
					t.Fatalf("step %d after %d, %d bytes", f.Step, last, len(f.Obs))
				}
				last = f.Step
				n--
			}
		case <-c.Done():
			t.Fatalf("the connection ended (%v, %v) with %d frames to come", c.End(), c.Err(), n)
		case <-time.After(20 * time.Second):
			t.Fatalf("no frame came, of %d", n)
		}
	}
}

// quick is a server's settings for tests.
func quick() Config {
	return Config{Interval: time.Millisecond, Clients: 3, Patience: time.Second / 2, Pause: time.Millisecond}
}
