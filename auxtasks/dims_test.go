package auxtasks

import "testing"

// Pools and what is inside residual blocks are no layers to hang tasks on.
func TestConvolutions(t *testing.T) {
	d := &Dims{}
	for _, name := range []string{"conv1.in", "pool1", "conv1.a.relu", "conv1.a", "conv1", "conv2", "features", "conv3"} {
		d.Taps = append(d.Taps, Tap{Name: name, H: 1, W: 1, C: 1})
	}
	got := ""
	for _, tap := range d.convolutions() {
		got += tap.Name + " "
	}
	if want := "conv1 conv2 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
